"""Resources, collections and courses: written, published, improved, judged, taught."""
