"""``python -m tests.emulated LAYERS``: each function's step, with the layers that are deployed.

Their code is for Lambda's processor and Python, so they run under QEMU's emulation with Debian's
build of that Python; a function can import what the template gives it and nothing else. S3, the
other services of AWS and the provider are answered on loopback by this process.
"""
