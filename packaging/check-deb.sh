#!/usr/bin/env bash
# Checks a Debian package that packaging/deb.sh made; builds nothing.
#
#   packaging/check-deb.sh FILE.deb             what is in it, with which modes, what its unit allows, what lintian says
#   packaging/check-deb.sh FILE.deb --install   as root: installs it here, upgrades, removes and purges it; for machines to throw away
#   packaging/check-deb.sh FILE.deb --boot      as root: does that in a copy of this machine that systemd boots in namespaces of its
#                                               own; what it writes is in memory, and gone afterwards
#
# Exit code: 0 all is well, 1 something is not, 2 it cannot be checked here.
set -uo pipefail

faults=0
part() { printf '\n%s\n' "$1"; }
cannot() { echo "$0: $1" >&2; exit 2; }

# is WHAT COMMAND...: the command succeeds.
is() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "  ok    $what"
    else
        echo "  FAIL  $what${said:+: $said}"
        faults=$((faults + 1))
    fi
}
# same WHAT EXPECTED FOUND
same() { is "$1 ($2)" test "$2" = "$3"; [ "$2" = "$3" ] || echo "        found: $3"; }
# until_true COMMAND...: it succeeds within 90 tries, one a second.
until_true() {
    for _ in $(seq 90); do
        "$@" && return
        sleep 1
    done
    return 1
}
of() { stat --format '%a %U:%G' "$1"; }

data=/var/lib/gatecrawl
config=/etc/gatecrawl/gatecrawl.toml
address=http://127.0.0.1:8502

# -- what is in it

# mode_in_package PATH MODE
mode_in_package() {
    local mode
    mode=$(dpkg-deb --fsys-tarfile "$deb" | tar --list --verbose --numeric-owner --file - |
        awk -v path="./$1" '$6 == path { print $1 " " $2 }')
    same "$1" "$2" "$mode"
}

look() {
    part "The package"
    is "it names a maintainer" test -n "$(dpkg-deb --field "$deb" Maintainer)"
    mode_in_package usr/bin/gatecrawl '-rwxr-xr-x 0/0'
    mode_in_package etc/gatecrawl/gatecrawl.toml '-rw-r----- 0/0'
    mode_in_package usr/lib/systemd/system/gatecrawl.service '-rw-r--r-- 0/0'
    for file in copyright changelog.gz changelog.Debian.gz README.md; do
        mode_in_package "usr/share/doc/gatecrawl/$file" '-rw-r--r-- 0/0'
    done
    same "configuration files" "$config" "$(dpkg-deb --info "$deb" conffiles)"

    part "The unit"
    dpkg-deb --extract "$deb" "$scratch/files"
    if command -v systemd-analyze >/dev/null; then
        is "systemd understands it" unit_is_understood
        echo "        $(systemd-analyze security --offline=true "$scratch/files/usr/lib/systemd/system/gatecrawl.service" --no-pager | tail -1)"
    else
        echo "  --    systemd-analyze is not here"
    fi

    part "The policy of Debian"
    if command -v lintian >/dev/null; then
        lintian --allow-root --fail-on error "$deb" >"$scratch/lintian" 2>&1
        same "errors that lintian finds" 0 "$(grep -c '^E:' "$scratch/lintian")"
        sed 's/^/        /' "$scratch/lintian"
    else
        echo "  --    lintian is not here"
    fi
}

# The unit names the program where the package puts it; here it lies in the scratch directory.
unit_is_understood() {
    sed "s|/usr/bin/gatecrawl|$scratch/files/usr/bin/gatecrawl|" \
        "$scratch/files/usr/lib/systemd/system/gatecrawl.service" >"$scratch/gatecrawl.service"
    test -z "$(systemd-analyze verify --man=no "$scratch/gatecrawl.service" 2>&1 | tee /dev/stderr)"
}

# -- what it does to a machine

boots() { [ -d /run/systemd/system ]; }
property() { systemctl show --property "$1" --value gatecrawl; }
answers() { [ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$address/$1")" = 200 ]; }
is_fed() { [ "$(property WatchdogTimestampMonotonic)" != "$1" ]; }
logs() { journalctl --no-pager --unit gatecrawl | grep -q "$1"; }
is_another() { [ "$(property ActiveState)" = active ] && [ "$(property MainPID)" != "$1" ]; }
kernel() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$(property MainPID)/status"; }

runs() {
    same "the service is" "active running" "$(property ActiveState) $(property SubState)"
    is "its dashboard answers" until_true answers healthz
    same "data directory" "700 gatecrawl:gatecrawl" "$(of $data)"
    same "database" "600 gatecrawl:gatecrawl" "$(of $data/gatecrawl.db)"
}

service() {
    part "The service"
    boots || { echo "  --    systemd does not run here: use --boot"; return; }
    # With Type=notify, it is active only when it has said READY=1.
    same "it is of type" notify "$(property Type)"
    same "it is started with the machine" enabled "$(systemctl is-enabled gatecrawl)"
    runs
    is "it is ready" answers readyz
    same "it runs as" gatecrawl "$(stat --format %U "/proc/$(property MainPID)")"
    same "it may do nothing that root may" 0000000000000000 "$(kernel CapEff)"
    same "it can gain nothing, and its system calls are filtered" "1 2" "$(kernel NoNewPrivs) $(kernel Seccomp)"
    is "it feeds its watchdog" until_true is_fed "$(property WatchdogTimestampMonotonic)"
    is "it is told to read its configuration again" systemctl reload gatecrawl
    is "and does" until_true logs 'the configuration was read again'
    local before
    before=$(property MainPID)
    kill -9 "$before"
    is "it is back after it was killed" until_true is_another "$before"
    runs
    systemctl stop gatecrawl
    same "it stops when it is told to" "inactive success 0" \
        "$(property ActiveState) $(property Result) $(property ExecMainStatus)"
    is "it says that it stops" logs stopping
    same "what the journal has of warnings" "" "$(journalctl --no-pager --quiet --unit gatecrawl --priority warning |
        grep -vE 'killed|Failed with result .signal.|status=9/KILL')"
    systemctl start gatecrawl
}

# The same package, a version later, with another configuration file.
next_version() {
    dpkg-deb --raw-extract "$deb" "$scratch/next"
    sed -i 's/^\(Version: .*\)$/\1+next/' "$scratch/next/DEBIAN/control"
    echo '# A line of the next version.' >>"$scratch/next/$config"
    (cd "$scratch/next" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
    dpkg-deb --build --root-owner-group "$scratch/next" "$scratch/next.deb" >/dev/null
}

upgrade() {
    part "The upgrade"
    echo '# A line of our own.' >>$config
    echo 'GATECRAWL_LISTEN=127.0.0.1:8502' >/etc/default/gatecrawl
    next_version
    local before
    boots && before=$(property MainPID)
    is "it is installed over the one before" dpkg --install --force-confold "$scratch/next.deb"
    is "our configuration is kept" grep -q 'of our own' $config
    is "that of the package lies beside it" grep -q 'of the next version' $config.dpkg-dist
    same "configuration" "640 root:gatecrawl" "$(of $config)"
    if boots; then
        is "the service is started again" until_true is_another "$before"
        runs
    fi
    rm $config.dpkg-dist
    mv $config "$scratch/mine"
    is "who deleted the configuration can upgrade, too" dpkg --install "$scratch/next.deb"
    is "and it stays deleted" test ! -e $config
    mv "$scratch/mine" $config
}

removal() {
    part "The removal"
    boots || install --directory --owner gatecrawl --group gatecrawl --mode 0700 $data
    echo kept >$data/witness
    is "it is removed" dpkg --remove gatecrawl
    is "the program is gone" test ! -e /usr/bin/gatecrawl
    # It may have failed before, when its configuration was deleted.
    boots && same "of the service there runs" 0 "$(property MainPID)"
    is "data stay" test -e $data/witness
    is "the configuration stays" grep -q 'of our own' $config
    is "it is installed again" dpkg --install "$scratch/next.deb"
    is "the configuration is the one before" grep -q 'of our own' $config
    boots && runs

    part "The purge"
    dpkg --purge gatecrawl >"$scratch/purge" 2>&1
    same "it is purged with" 0 $?
    is "it says where data are" grep -q "still in $data" "$scratch/purge"
    is "data stay" test -e $data/witness
    is "the configuration is gone" test ! -e /etc/gatecrawl
    is "and the variables" test ! -e /etc/default/gatecrawl
    same "what dpkg knows of it" "" "$(dpkg-query --show --showformat '${Status}' gatecrawl 2>/dev/null)"
    boots && same "the service is" not-found "$(property LoadState)"
    rm -r $data
    deluser --quiet gatecrawl
}

try() {
    [ "$(id -u)" = 0 ] || cannot "--install and --boot are for root"
    command -v curl >/dev/null || cannot "curl is not on this machine: apt install curl"
    if getent passwd gatecrawl >/dev/null || [ -e $data ] || [ -e /etc/gatecrawl ]; then
        cannot "Gatecrawl has been on this machine: its data could be lost; take another one, or --boot elsewhere"
    fi
    part "The installation"
    is "it is installed" dpkg --install "$deb"
    same "user" "$data:/usr/sbin/nologin" "$(getent passwd gatecrawl | cut -d: -f6,7)"
    same "its password is" "locked" "$(passwd --status gatecrawl | awk '{ print $2 == "L" ? "locked" : $2 }')"
    same "configuration directory" "750 root:gatecrawl" "$(of /etc/gatecrawl)"
    same "configuration" "640 root:gatecrawl" "$(of $config)"
    is "the program says its version" gatecrawl --version
    service
    upgrade
    removal
}

# -- a copy of this machine

# Runs as the first process of new namespaces: lays the copy out in memory, and hands it to systemd.
become_a_copy() {
    local root=/run/copy
    set -e
    mount --make-rprivate /
    mount -t tmpfs tmpfs /run
    mkdir -p $root /run/above /run/work
    mount -t overlay overlay -o lowerdir=/,upperdir=/run/above,workdir=/run/work $root
    mount -t proc proc $root/proc
    # The kernel is that of the machine: nothing of it is set from here.
    mount --bind -o ro $root/proc/sys $root/proc/sys
    mount -o remount,bind,ro $root/proc/sys
    mount -t sysfs -o ro sysfs $root/sys
    mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs $root/run
    mount -t tmpfs -o mode=1777 tmpfs $root/tmp
    mount -t tmpfs -o mode=755 tmpfs $root/dev
    for device in null zero full random urandom tty; do
        touch $root/dev/$device
        mount --bind /dev/$device $root/dev/$device
    done
    mkdir $root/dev/pts $root/dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts $root/dev/pts
    mount -t tmpfs tmpfs $root/dev/shm
    ln -s pts/ptmx $root/dev/ptmx
    ln -s /proc/self/fd $root/dev/fd
    mkdir $root/run/checked
    cp "$deb" "$self" $root/run/checked
    # Nothing starts but what the package brings.
    rm -rf $root/etc/systemd/system/*.wants
    for unit in getty.target dbus.service dbus.socket systemd-logind.service systemd-udevd.service systemd-networkd.service \
        systemd-udev-trigger.service systemd-sysctl.service systemd-modules-load.service systemd-timesyncd.service; do
        ln -sf /dev/null $root/etc/systemd/system/$unit
    done
    ip link set lo up
    mkdir -p $root/mnt/machine
    cd $root
    pivot_root . mnt/machine
    umount -l /mnt/machine
    exec env -i container=other PATH="$PATH" /lib/systemd/systemd --system --unit=multi-user.target
}

boot() {
    [ "$(id -u)" = 0 ] || cannot "--install and --boot are for root"
    [ -x /lib/systemd/systemd ] || cannot "systemd is not on this machine: apt install systemd"
    local groups=/sys/fs/cgroup
    [ -e $groups/cgroup.procs ] || groups=/sys/fs/cgroup/unified
    group=$groups/gatecrawl-check-$$
    mkdir "$group" || cannot "no control group can be made"
    (
        echo "$BASHPID" >"$group/cgroup.procs"
        exec unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup "$self" "$deb" --become-a-copy
    ) >"$scratch/systemd" 2>&1 &
    outside=$!
    until_true copy_is_up || { cat "$scratch/systemd"; cannot "systemd does not come up in namespaces of its own"; }
    inside "/run/checked/$(basename "$self")" "/run/checked/$(basename "$deb")" --install
    faults=$((faults + $?))
}

# The first process of the copy, as this machine numbers it.
first() { pgrep --parent "$outside"; }
inside() { nsenter --target "$(first)" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
copy_is_up() { inside systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)$'; }

remove_group() {
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
    [ ! -d "$group" ]
}

end() {
    if [ -n "${outside:-}" ]; then
        kill -9 "$outside" 2>/dev/null
        wait "$outside" 2>/dev/null
        until_true remove_group
    fi
    rm -rf "$scratch"
}

[ -f "${1:-}" ] || cannot "say which package: target/debian/gatecrawl_VERSION_ARCH.deb"
deb=$(realpath "$1")
self=$(realpath "${BASH_SOURCE[0]}")
export DEBIAN_FRONTEND=noninteractive
if [ "${2:-}" = --become-a-copy ]; then
    become_a_copy
fi
scratch=$(mktemp --directory)
trap end EXIT
case ${2:-} in
    '') look ;;
    --install) try ;;
    --boot)
        look
        boot
        ;;
    *) cannot "there is no $2: --install or --boot" ;;
esac
[ "$faults" = 0 ] || { echo; echo "$faults faults"; exit 1; }
