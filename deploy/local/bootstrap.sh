#!/bin/sh
# Install what is missing on Debian 12, 13 or Ubuntu 24.04: packages by apt, then .venv with hash-locked dependencies.
# 安装缺少的软件包与 Python 依赖；不会启动系统自带的数据库与消息中间件服务。
#
#   deploy/local/bootstrap.sh            what `make up` needs
#   deploy/local/bootstrap.sh --tests    and what `make test` needs
#
# What is there already is left alone; with everything there it takes a moment and needs neither root nor network.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
log=$root/.local/log/bootstrap.log
python=${PYTHON:-python3}
requirements=$root/deploy/requirements/dev.txt
stamp=$root/.venv/.wangge-stamp
guard=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
began=$(date +%s)

case ${1:-} in
'' | --tests) ;;
*) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }

fail() { # what happened, then the way to repair it, a line each
  say "error 出错: $1" >&2
  shift
  for line in "$@"; do say "  → $line" >&2; done
  exit 1
}

doing() { # doing WHAT COMMAND…: run it into the log, and show that time passes
  what=$1
  shift
  say "$what …"
  printf '\n== %s: %s\n' "$(date '+%F %T')" "$*" >>"$log"
  "$@" >>"$log" 2>&1 &
  job=$! seconds=0
  while kill -0 "$job" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 15)) -ne 0 ] || say "  … $seconds s"
  done
  wait "$job"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || printf 'rabbitmq-server '
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || printf 'postgresql '
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null || printf 'nginx-light '
  "$python" -c 'import ensurepip, venv' 2>/dev/null || [ -x "$root/.venv/bin/pip" ] || printf 'python3-venv '
  [ "${1:-}" = --tests ] || return 0
  command -v amqp-publish >/dev/null || printf 'amqp-tools '
  command -v mosquitto_sub >/dev/null || printf 'mosquitto-clients '
  command -v chromium >/dev/null || printf 'chromium '
  command -v promtool >/dev/null || printf 'prometheus '
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || printf 'libfaketime '
}

check_python() {
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  fail "Python 3.11 or newer is needed; $python is $("$python" -V 2>&1 || true)" \
    "on Debian 12, 13 or Ubuntu 24.04: apt-get install python3" \
    "or name another one: make up PYTHON=/path/to/python3.12"
}

check_rights() {
  command -v apt-get >/dev/null || fail "missing: $packages; and this system has no apt" \
    "install RabbitMQ (3.10 or newer), PostgreSQL (15 or newer) and nginx by hand, or use docker compose up"
  [ "$(id -u)" = 0 ] && return
  by_hand="ask an administrator to run, with no service started: apt-get install --no-install-recommends $packages"
  command -v sudo >/dev/null || fail "missing: $packages; installing them needs root, and there is no sudo" "$by_hand"
  sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; } ||
    fail "missing: $packages; sudo does not let $(id -un) install them" "$by_hand"
}

guarded() { # forbid that packages start their services while they are installed; an existing policy stays as it is
  if [ -e "$guard" ]; then
    status=0
    as_root "$guard" rabbitmq-server start >/dev/null 2>&1 || status=$?
    [ "$status" = 101 ] || fail "$guard exists and lets services start" \
      "install them yourself: apt-get install --no-install-recommends $packages"
    return
  fi
  trap unguard EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\n# wangge: no service starts while its package is installed\nexit 101\n' |
    as_root tee "$guard" >/dev/null
  as_root chmod 755 "$guard"
}

unguard() {
  if grep -q '^# wangge:' "$guard" 2>/dev/null; then as_root rm -f "$guard"; fi
  if [ -e "$clusters.wangge" ]; then as_root mv -f "$clusters.wangge" "$clusters"; fi
}

apt() {
  doing "$1" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 $2 || {
    tail -n 5 "$log" >&2
    if grep -qi 'could not get lock' "$log"; then
      fail "another program is installing packages" "wait until it has finished, then run this again"
    fi
    fail "apt-get $2 failed; all it said is in $log" \
      "no network? check the mirrors in /etc/apt and the proxy settings, then run this again" \
      "interrupted before? as root: dpkg --configure -a"
  }
}

install_packages() {
  check_rights
  exec 9</var/lib/dpkg # one bootstrap at a time: the guard of one must not end under another
  flock 9
  packages=$(missing_packages "$@")
  [ -n "$packages" ] || return 0
  say "installing 安装: $packages(their system services stay off 不启动系统服务)"
  guarded
  apt "reading package lists 读取软件源" update
  case " $packages" in *" postgresql "*) without_cluster ;; esac
  apt "installing packages 安装软件包" "install --no-install-recommends $packages"
  stay_off
  unguard
  trap - EXIT INT TERM HUP
  exec 9<&-
}

without_cluster() { # a new PostgreSQL makes no cluster of its own
  [ ! -e /usr/share/postgresql-common ] || return 0
  apt "installing postgresql-common" "install --no-install-recommends postgresql-common"
  as_root cp -p "$clusters" "$clusters.wangge"
  printf 'create_main_cluster = false\n' | as_root tee -a "$clusters" >/dev/null
}

stay_off() { # nor do they start with the machine
  command -v systemctl >/dev/null || return 0
  for package in $packages; do
    case $package in
    nginx-light) as_root systemctl --quiet disable nginx ;;
    rabbitmq-server | prometheus) as_root systemctl --quiet disable "$package" ;;
    esac
  done >>"$log" 2>&1 || true
}

install_python() {
  wanted="$root $(cat "$requirements" "$root/clients/python/pyproject.toml" | sha256sum)"
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || [ ! -x "$root/.venv/bin/python" ] || return 0
  case $(cat "$stamp" 2>/dev/null) in
  '' | "$root "*) clear= ;;
  *) clear=--clear ;; # the checkout was moved, the scripts in .venv point to the old place
  esac
  "$root/.venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && [ -z "$clear" ] ||
    doing "making .venv 创建虚拟环境" "$python" -m venv --clear "$root/.venv" ||
    fail "the virtual environment cannot be made; see $log" "apt-get install python3-venv, then run this again"
  doing "installing Python packages, hash-locked 安装 Python 依赖" \
    "$root/.venv/bin/python" -m pip install --disable-pip-version-check --no-input \
    --require-hashes -r "$requirements" || {
    tail -n 5 "$log" >&2
    fail "pip install failed; all it said is in $log" \
      "no network? set PIP_INDEX_URL or a proxy, then run this again"
  }
  doing "installing the client library 安装客户端" \
    "$root/.venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-index --no-deps \
    --no-build-isolation --editable "$root/clients/python" ||
    fail "the client library could not be installed; see $log" "rm -r $root/.venv, then run this again"
  say "$wanted" >"$stamp"
}

case $root in
*[!A-Za-z0-9._/+-]*) fail "the path of the checkout has a space or another unusual character: $root" "move it, for example to ~/wangge" ;;
esac
mkdir -p "$root/.local/log" 2>/dev/null && [ -w "$root/.local/log" ] ||
  fail "$root/.local is not writable for $(id -un)" "work as the user who owns it: $(stat -c %U "$root/.local" 2>/dev/null || echo '?')"
check_python
packages=$(missing_packages "$@")
if [ -n "$packages" ]; then install_packages "$@"; fi
install_python
took=$(($(date +%s) - began))
if [ "$took" -gt 2 ]; then say "installed in $took s 安装完成"; fi
