"""The portal in a house's own dress: name, logo, two colours; pure, and refused early.

What cannot be read, or could do anything but be looked at, is refused at the start.
"""
