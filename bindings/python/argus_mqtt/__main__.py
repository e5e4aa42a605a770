"""`python -m argus_mqtt`, which is also installed as `argus-mqtt`."""

import sys

from ._cli import main

if __name__ == "__main__":
    sys.exit(main())
