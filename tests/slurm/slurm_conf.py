"""slurm.conf of a Slurm that lives in one folder and pretends that this machine is three nodes."""

import socket
from pathlib import Path

NODES = ("n1", "n2", "n3")
# cred_expire: so long a job waits that is queued again. config_overrides: nodes with more cores than the machine has.
TEXT = """\
ClusterName=tartan
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
TmpFS={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=10
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=8
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=8
NodeName=n3 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[3]} CPUs=2
PartitionName=usual Nodes=n1,n2 Default=YES PreemptMode=off
PartitionName=patient Nodes=n3 PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=n3 PriorityTier=2
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def write_slurm_conf(folder: Path) -> Path:
    for name in ("state", *NODES):
        (folder / name).mkdir()
    host = socket.gethostname().split(".")[0]
    path = folder / "slurm.conf"
    path.write_text(TEXT.format(host=host, ports=free_ports(1 + len(NODES)), folder=folder))
    return path
