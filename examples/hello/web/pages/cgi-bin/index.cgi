#!/bin/sh
# httpd runs this for `/`. What `worker` found out is in a volume that is mounted here for reading only.
count=$(cat /findings/count 2>/dev/null || echo 'nothing yet')
state=$(sed 's/&/\&amp;/g; s/</\&lt;/g' /findings/state.json 2>/dev/null || echo 'not asked yet')

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
cat <<PAGE
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello from a supervised device</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #222; background: #fff }
  strong { font-size: 3rem; font-variant-numeric: tabular-nums }
  pre { padding: 1rem; border-radius: .5rem; background: #f2f2f4; white-space: pre-wrap; overflow-wrap: anywhere }
  @media (prefers-color-scheme: dark) { body { color: #ddd; background: #17171a } pre { background: #26262b } }
</style>
<h1>Hello from a supervised device</h1>
<p>Three services run on this machine's container engine, and the supervisor keeps them as
<code>examples/hello/compose.yaml</code> says. This page comes from the service <code>web</code>.</p>
<p>The service <code>worker</code> has counted to <strong>$count</strong></p>
<p>and this is what the supervisor's API told it:</p>
<pre>$state</pre>
<p>The service <code>probe</code> reads this page every few seconds. Its lines are in the terminal.</p>
</html>
PAGE
