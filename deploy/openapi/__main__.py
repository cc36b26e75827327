"""Write shared/contracts/openapi.yaml: `python -m deploy.openapi`."""

from pathlib import Path

from deploy.openapi.document import FILE, text

FILE.write_text(text(), encoding="utf-8")
print(f"{FILE.relative_to(Path.cwd())} written")
