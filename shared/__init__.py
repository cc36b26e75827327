"""What every service stands on: machinery only."""

import warnings

# what libraries tell their users' developers, operators need not read
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", message=r".*pkg_resources|\s*Eventlet is deprecated")
