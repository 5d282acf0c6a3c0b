//! Stories of what a server offers: toolsets, single tools, read-only, headers, keys, missing permissions.
