class PublicService:
    def __init__(self, *a):
        pass
