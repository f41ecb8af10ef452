#!/usr/bin/env bash
# A SLURM cluster of two nodes on one machine for tests, on Debian or Ubuntu as root.
#   cluster.sh install      SLURM from the distribution's packages; 3 if this machine cannot
#   cluster.sh start DIR    state, logs and configuration in DIR; waits until the nodes are idle
#   cluster.sh stop DIR     ends what start has started
# Two partitions, `main` and `urgent`, which preempts; a GPU for each node that is a device node only; no accounts; 8 processors a
# node, whatever there are. The configuration lies where a real one would, and one that is there already is never replaced.
set -euo pipefail
HOST=$(hostname -s)
NODES="repro-a repro-b"
ETC=/etc/slurm
MARK="# written by tests/slurm/cluster.sh"

cannot() { echo "no SLURM here: $1" >&2; exit 3; }

install() {
    [ "$(id -u)" -eq 0 ] || cannot "it takes root to start one"
    if [ -e $ETC/slurm.conf ] && ! grep -qs "$MARK" $ETC/slurm.conf; then cannot "$ETC/slurm.conf is that of a cluster"; fi
    for program in slurmctld slurmd sbatch munged; do
        command -v $program >/dev/null && continue
        command -v apt-get >/dev/null || cannot "no apt-get to install it by"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq && apt-get install -qq --yes --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null ||
            cannot "its packages cannot be installed"
    done
}

configure() {
    local memory=$(($(awk '/^MemTotal/ {print $2}' /proc/meminfo) * 4 / 10240))
    mkdir -p $ETC "$1/state" "$1/spool"
    echo "$MARK" >$ETC/gres.conf
    for node in $NODES; do
        rm -f "$1/gpu.$node" && mknod "$1/gpu.$node" c 1 3
        echo "NodeName=$node Name=gpu File=$1/gpu.$node" >>$ETC/gres.conf
    done
    cat >$ETC/slurm.conf <<END
$MARK
ClusterName=tests
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=26817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job that is queued again may start after this many seconds, instead of two minutes.
AuthInfo=cred_expire=5
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool/%n
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.%n.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
ReturnToService=2
MinJobAge=900
KillWait=20
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=DEFAULT Sockets=1 CoresPerSocket=8 ThreadsPerCore=1 RealMemory=$memory Gres=gpu:1
$(port=26818; for node in $NODES; do echo "NodeName=$node NodeHostname=$HOST NodeAddr=127.0.0.1 Port=$((port++))"; done)
PartitionName=main Nodes=ALL Default=YES PriorityTier=1
PartitionName=urgent Nodes=ALL PriorityTier=10
END
}

start() {
    install
    mkdir -p "$1"
    configure "$(realpath "$1")"
    getent hosts "$HOST" >/dev/null || echo "127.0.0.1 $HOST" >>/etc/hosts
    if ! pgrep -x munged >/dev/null; then
        mkdir -p /run/munge && chown munge: /run/munge
        [ -s /etc/munge/munge.key ] || (umask 077 && head -c 1024 /dev/urandom >/etc/munge/munge.key)
        chown munge: /etc/munge/munge.key
        runuser -u munge -- munged
    fi
    slurmctld
    for node in $NODES; do mkdir -p "$1/spool/$node" && slurmd -N "$node"; done
    for _ in $(seq 100); do
        if [ "$(sinfo --noheader --partition=main --format="%t %D" 2>/dev/null)" = "idle 2" ]; then return; fi
        sleep .2
    done
    tail -n 20 "$1"/slurm*.log >&2
    exit 1
}

stop() {
    scancel --user="$(id -un)" 2>/dev/null || true
    for file in "$1"/slurmd.*.pid "$1"/slurmctld.pid; do
        if [ -s "$file" ]; then kill "$(cat "$file")" 2>/dev/null || true; fi
    done
    for file in slurm gres; do
        if grep -qs "$MARK" $ETC/$file.conf; then rm $ETC/$file.conf; fi
    done
}

"$@"
