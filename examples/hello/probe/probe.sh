# Reads the page of the service web by its name, as another service would.
trap 'exit 0' TERM INT
echo "reading $PAGE every $INTERVAL s"

while true; do
  if page=$(timeout 2 wget -q -O - "$PAGE" 2>&1); then
    echo "the page says that the worker has counted to $(echo "$page" | sed -n 's/.*<strong>\(.*\)<\/strong>.*/\1/p')"
  else
    echo "the page cannot be read: $page" >&2
  fi
  sleep "$INTERVAL" &
  wait $!
done
