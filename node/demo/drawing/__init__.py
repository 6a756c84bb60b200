"""Pictures for the demo, drawn when it is set up: people, emblems of houses and communities, covers, places.

Flat shapes in the colours of the house; Pillow is loaded by the demo alone.
"""
