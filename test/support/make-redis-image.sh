#!/bin/sh
# Makes a small Docker image out of the installed redis-server and the libraries it loads, for machines that can run
# containers but cannot pull images. Usage: make-redis-image.sh [tag]
set -eu

tag="${1:-redis-hitless-test:local}"
server="$(readlink -f "$(command -v redis-server)")"
files="$(ldd "$server" | grep -o '/[^ )]*' | sort -u)"

# The binary may have another name than redis-server; in the image it gets that one.
tar --create --dereference --transform "s,^${server#/}\$,usr/bin/redis-server," --directory / \
  "${server#/}" $(printf '%s\n' "$files" | sed 's,^/,,') |
  docker import \
    --change 'CMD ["/usr/bin/redis-server", "--save", "", "--protected-mode", "no"]' \
    --change 'EXPOSE 6379' \
    - "$tag" >/dev/null

printf '%s\n' "$tag"
