"""What is decided at the door: what is answered, kept, taken out, put off.

Bytes, time and what was asked come in as arguments; sockets, files and Kafka are with
the program (`processors.intake`) and its adapters.
"""
