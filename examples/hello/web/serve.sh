# The first process of a container gets only the signals that it asks for: this shell asks, and passes them on.
trap 'kill $!; exit 0' TERM INT
echo "serving the page on port 8080"
httpd -f -p 8080 -h /pages &
wait $!
