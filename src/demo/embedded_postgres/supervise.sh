# Runs one Postgres until nobody needs it, then removes its directory. Nobody needs it once standard input ends
# (whoever started us stopped or died) or, where a lock file is given, once nobody has held that lock for five seconds.
#   sh -c "$(cat supervise.sh)" supervise DIRECTORY LOCK PUBLISHED COMMAND...
directory=$1 lock=$2 published=$3
shift 3
exec 3<&0

"$@" </dev/null >"$directory/postgres.log" 2>&1 3<&- &
server=$!

until_nobody_needs_it() {
    if [ -z "$lock" ]; then
        read -r _ <&3
        return
    fi
    exec 9<"$lock"
    idle=0
    while [ "$idle" -lt 5 ] && kill -0 "$server" 2>/dev/null; do
        sleep 1
        if flock -n 9; then idle=$((idle + 1)); else idle=0; fi
        [ "$idle" -ge 5 ] || flock -u 9
    done
    # From here to our end the lock is ours: whoever comes next waits for it and then finds nothing published.
    rm -f "$published"
}

stop() {
    kill -INT "$server" 2>/dev/null
    patience=100
    while [ "$patience" -gt 0 ] && kill -0 "$server" 2>/dev/null; do
        sleep 0.1
        patience=$((patience - 1))
    done
    kill -QUIT "$server" 2>/dev/null
}

(until_nobody_needs_it; stop) &
watcher=$!
trap 'kill -INT "$server" 2>/dev/null' INT TERM HUP
while kill -0 "$server" 2>/dev/null; do wait "$server"; done
: >"$directory/exited"
wait "$watcher"
rm -rf "$directory"
