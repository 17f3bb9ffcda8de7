/* A disk that fails on purpose: preloaded into a process (LD_PRELOAD), it watches the calls that change files below one folder.

   It counts them, and by environment (PLAIT_DISK_...) or disk_arm() kills the process before the n-th (or in the middle of it),
   reports a full, failing or read-only disk, makes syncing slow, or writes every change down, so that a loss of power can be
   replayed. Memory that is mapped (SQLite's -shm) is not durable state and not watched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
enum { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, SYNCDIR, SAID, FORGOT };

static char under[PATH_MAX];
static size_t under_length;
static long kill_at, tear, full_after = -1, full_for, error_at, readonly_at, slow_ms, unsynced_at, kill_after, syncs;
static int trace = -1;
static uint64_t *counter, own_counter;
static long written, refused;
static char watched[FDS], folder[FDS];
static char *names[FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text && *text ? atol(text) : otherwise;
}

void disk_arm(const char *path, long kill_, long tear_, long full_after_, long full_for_, long error_, long readonly_, long slow_, long unsynced_, long after_,
              const char *trace_) {
  snprintf(under, sizeof under, "%s", path ? path : "");
  under_length = strlen(under);
  kill_at = kill_, tear = tear_, full_after = full_after_, full_for = full_for_, error_at = error_, readonly_at = readonly_, slow_ms = slow_;
  unsynced_at = unsynced_, kill_after = after_, syncs = 0;
  written = refused = 0, own_counter = 0;
  trace = trace_ && *trace_ ? (int)syscall(SYS_openat, AT_FDCWD, trace_, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

long disk_count(void) { return (long)(counter ? *counter : own_counter); }

__attribute__((constructor)) static void begin(void) {
  const char *count = getenv("PLAIT_DISK_COUNT");
  disk_arm(getenv("PLAIT_DISK_UNDER"), number("PLAIT_DISK_KILL_AT", 0), number("PLAIT_DISK_TEAR", 0), number("PLAIT_DISK_FULL_AFTER", -1),
           number("PLAIT_DISK_FULL_FOR", 0), number("PLAIT_DISK_ERROR_AT", 0), number("PLAIT_DISK_READONLY_AT", 0), number("PLAIT_DISK_SLOW_MS", 0),
           number("PLAIT_DISK_UNSYNCED_AT", 0), number("PLAIT_DISK_KILL_AFTER", 0),
           getenv("PLAIT_DISK_TRACE"));
  if (count && *count) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, count, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && syscall(SYS_ftruncate, fd, 8) == 0) {
      void *found = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      if (found != MAP_FAILED) counter = found;
    }
    if (fd >= 0) syscall(SYS_close, fd);
  }
}

#define REAL(name, type) \
  static type real;      \
  if (!real) real = (type)dlsym(RTLD_NEXT, name)

static int below(const char *path) { return under_length && strncmp(path, under, under_length) == 0 && (path[under_length] == '/' || !path[under_length]); }

static const char *whole(const char *path, int at, char *space) {
  if (*path == '/') return path;
  char base[PATH_MAX];
  if (at == AT_FDCWD) {
    if (syscall(SYS_getcwd, base, sizeof base) < 0) return path;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    long size = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
    if (size < 0) return path;
    base[size] = 0;
  }
  if (snprintf(space, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return path;
  return space;
}

static int is_shm(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static void put(int kind, uint64_t file, uint64_t offset, const char *one, const char *two, const void *data, size_t size) {
  if (trace < 0) return;
  size_t first = one ? strlen(one) : 0, second = two ? strlen(two) : 0;
  struct __attribute__((packed)) { uint8_t kind; uint64_t file, offset; uint32_t one, two, size; } head = {kind, file, offset, first, second, size};
  size_t length = sizeof head + first + second + size;
  char *record = malloc(length);
  memcpy(record, &head, sizeof head);
  if (first) memcpy(record + sizeof head, one, first);
  if (second) memcpy(record + sizeof head + first, two, second);
  if (size) memcpy(record + sizeof head + first + second, data, size);
  if (syscall(SYS_write, trace, record, length) != (long)length) abort();
  free(record);
}

static uint64_t inode(int fd) {
  struct stat found;
  return fstat(fd, &found) ? 0 : (uint64_t)found.st_ino;
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/* One call that changes a file is about to be made: 0 go on, else the error it is to fail with; 1000000 + n: make n bytes, then die. */
static long turn(size_t size, int growing) {
  uint64_t n = ++*(counter ? counter : &own_counter);
  if (kill_at && n == (uint64_t)kill_at) {
    if (tear && size > 1) return 1000000 + (long)(size / 2);
    die();
  }
  if (error_at && n == (uint64_t)error_at) return EIO;
  if (readonly_at && n >= (uint64_t)readonly_at) return EROFS;
  if (growing && full_after >= 0 && written + (long)size > full_after) {
    if (!full_for || refused < full_for) {
      refused++;
      return ENOSPC;
    }
  }
  written += (long)size;
  return 0;
}

static void noticed(int fd, const char *path) {
  if (fd < 0 || fd >= FDS) return;
  struct stat found;
  free(names[fd]);
  names[fd] = strdup(path);
  folder[fd] = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
  watched[fd] = 1;
}

static int opened(const char *path, int at, int flags, mode_t mode) {
  char space[PATH_MAX];
  const char *full = whole(path, at, space);
  if (!below(full) || is_shm(full)) {
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < FDS) watched[fd] = 0;
    return fd;
  }
  pthread_mutex_lock(&lock);
  int fresh = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, full, F_OK, 0) != 0;
  long error = fresh || (flags & O_TRUNC) ? turn(0, 0) : (readonly_at && disk_count() >= readonly_at && (flags & O_ACCMODE) != O_RDONLY ? EROFS : 0);
  int fd = -1;
  if (error) {
    errno = (int)error;
  } else {
    fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0) {
      noticed(fd, full);
      if (fresh) put(CREATE, inode(fd), 0, full, NULL, NULL, 0);
      else if (flags & O_TRUNC) put(TRUNCATE, inode(fd), 0, NULL, NULL, NULL, 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define OPEN_LIKE(name)                                      \
  int name(const char *path, int flags, ...) {               \
    mode_t mode = 0;                                         \
    if (flags & (O_CREAT | O_TMPFILE)) {                     \
      va_list rest;                                          \
      va_start(rest, flags);                                 \
      mode = va_arg(rest, mode_t);                           \
      va_end(rest);                                          \
    }                                                        \
    return opened(path, AT_FDCWD, flags, mode);              \
  }
#define OPENAT_LIKE(name)                                    \
  int name(int at, const char *path, int flags, ...) {       \
    mode_t mode = 0;                                         \
    if (flags & (O_CREAT | O_TMPFILE)) {                     \
      va_list rest;                                          \
      va_start(rest, flags);                                 \
      mode = va_arg(rest, mode_t);                           \
      va_end(rest);                                          \
    }                                                        \
    return opened(path, at, flags, mode);                    \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)
int creat(const char *path, mode_t mode) { return opened(path, AT_FDCWD, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  if (fd >= 0 && fd < FDS) watched[fd] = 0;
  return (int)syscall(SYS_close, fd);
}

static int follows(int fd) { return fd >= 0 && fd < FDS && watched[fd]; }

static ssize_t changed(int fd, const void *data, size_t size, off_t offset) {
  pthread_mutex_lock(&lock);
  int appending = (int)syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND, sequential = offset < 0;
  struct stat found;
  off_t place = offset;
  if (sequential) place = appending && fstat(fd, &found) == 0 ? found.st_size : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
  long error = turn(size, 1);
  ssize_t done = -1;
  if (error >= 1000000) {
    size_t part = (size_t)(error - 1000000);
    syscall(SYS_pwrite64, fd, data, part, place);
    die();
  } else if (error) {
    errno = (int)error;
  } else {
    done = sequential ? syscall(SYS_write, fd, data, size) : syscall(SYS_pwrite64, fd, data, size, offset);
    if (done > 0) put(WRITE, inode(fd), (uint64_t)place, NULL, NULL, data, (size_t)done);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int fd, const void *data, size_t size) {
  if (follows(fd)) return changed(fd, data, size, -1);
  if (fd == 1 && trace >= 0) {
    pthread_mutex_lock(&lock);
    put(SAID, 0, 0, NULL, NULL, data, size);
    pthread_mutex_unlock(&lock);
  }
  return syscall(SYS_write, fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return follows(fd) ? changed(fd, data, size, offset) : syscall(SYS_pwrite64, fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return pwrite(fd, data, size, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!follows(fd)) return syscall(SYS_writev, fd, parts, count);
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t done = changed(fd, parts[i].iov_base, parts[i].iov_len, -1);
    if (done < 0) return total ? total : done;
    total += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return total;
}

static int cut(int fd, off_t length) {
  if (!follows(fd)) return (int)syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&lock);
  long error = turn(0, 0);
  int done = -1;
  if (error) errno = (int)error;
  else if ((done = (int)syscall(SYS_ftruncate, fd, length)) == 0) put(TRUNCATE, inode(fd), (uint64_t)length, NULL, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int synced(int fd, long call) {
  if (!follows(fd)) return (int)syscall(call, fd);
  if (slow_ms) usleep((useconds_t)slow_ms * 1000);
  pthread_mutex_lock(&lock);
  long error = turn(0, 0);
  int done = -1;
  if (!error && unsynced_at && ++syncs == unsynced_at) {
    error = EIO;
    if (kill_after) kill_at = disk_count() + kill_after;
  }
  /* Nothing is really synced: the process may be killed, the machine is not. A sync that fails makes the system forget (FORGOT). */
  if (error) errno = (int)error, put(FORGOT, inode(fd), 0, NULL, NULL, NULL, 0);
  else if (folder[fd]) done = 0, put(SYNCDIR, 0, 0, names[fd], NULL, NULL, 0);
  else done = 0, put(SYNC, inode(fd), 0, NULL, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  return done;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int named(int kind, const char *one, const char *two, int from, int to) {
  char first[PATH_MAX], second[PATH_MAX];
  const char *a = whole(one, from, first), *b = two ? whole(two, to, second) : NULL;
  int watching = (below(a) || (b && below(b))) && !is_shm(a);
  if (watching) {
    pthread_mutex_lock(&lock);
    long error = turn(0, 0);
    if (error) {
      pthread_mutex_unlock(&lock);
      errno = (int)error;
      return -1;
    }
  }
  int done = (int)(kind == RENAME ? syscall(SYS_renameat2, from, one, to, two, 0) : syscall(SYS_unlinkat, from, one, 0));
  if (watching) {
    if (done == 0) put(kind, 0, 0, a, b, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return done;
}
int rename(const char *one, const char *two) { return named(RENAME, one, two, AT_FDCWD, AT_FDCWD); }
int renameat(int from, const char *one, int to, const char *two) { return named(RENAME, one, two, from, to); }
int unlink(const char *one) { return named(UNLINK, one, NULL, AT_FDCWD, 0); }
int unlinkat(int at, const char *one, int flags) { return flags ? (int)syscall(SYS_unlinkat, at, one, flags) : named(UNLINK, one, NULL, at, 0); }

static int made(const char *path, int at, mode_t mode) {
  char space[PATH_MAX];
  const char *full = whole(path, at, space);
  if (!below(full)) return (int)syscall(SYS_mkdirat, at, path, mode);
  pthread_mutex_lock(&lock);
  long error = turn(0, 0);
  int done = -1;
  if (error) errno = (int)error;
  else if ((done = (int)syscall(SYS_mkdirat, at, path, mode)) == 0) put(MKDIR, 0, 0, full, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  return done;
}
int mkdir(const char *path, mode_t mode) { return made(path, AT_FDCWD, mode); }
int mkdirat(int at, const char *path, mode_t mode) { return made(path, at, mode); }
