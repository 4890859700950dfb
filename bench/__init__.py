"""Measurements that anybody can repeat: `make bench PART=pages SCALE=small`."""
