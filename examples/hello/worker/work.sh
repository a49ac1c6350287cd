# Counts in a file of the volume, asks the supervisor how the app is, and says so when that has changed.
trap 'echo "stopping at $count"; exit 0' TERM INT

url="$BALENA_SUPERVISOR_ADDRESS/v2/applications/$BALENA_APP_ID/state?apikey=$BALENA_SUPERVISOR_API_KEY"
count=$(cat /findings/count 2>/dev/null || echo 0)
before=
echo "counting on from $count, every $INTERVAL s"

# A reader sees the old content or the new one, never half of it.
publish() {
  cat >"/findings/.$1" && mv "/findings/.$1" "/findings/$1"
}

while true; do
  count=$((count + 1))
  echo "$count" | publish count
  state=$(timeout 2 wget -q -O - "$url" 2>/dev/null) || state='{"error":"the supervisor does not answer"}'
  echo "$state" | publish state.json
  # The words alone, e.g. `Running Running Starting`.
  words=$(echo "$state" | grep -o '"\(status\|error\)":"[^"]*"' | cut -d '"' -f 4 | tr '\n' ' ')
  if [ "$words" != "$before" ]; then
    echo "the supervisor says: $words"
    before=$words
  fi
  # A signal ends the wait at once; a sleep in the foreground it would not end.
  sleep "$INTERVAL" &
  wait $!
done
