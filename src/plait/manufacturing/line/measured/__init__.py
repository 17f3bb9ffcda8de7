"""What jobs really took on machines, held against routings: a proposal a person accepts, or that is taken over by rule."""
