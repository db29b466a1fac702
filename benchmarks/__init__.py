"""Side by side: this package and its peers, on one machine, in one run."""
