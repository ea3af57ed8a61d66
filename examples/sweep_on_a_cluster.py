"""A sweep on a cluster: here one on this machine; of a real one only the line that makes the client differs.

Needs dask: pip install '.[cluster]'
"""

from importlib.util import find_spec

import tradesim as ts

scenario = ts.scenarios.load("us-china-2025-10")
over = {"rules.CHN.ratio": ts.uniform(0.5, 1.2)}


def main() -> None:
    """Run the same sweep here and on the cluster, and hold the results against each other."""
    here = ts.sweep(scenario, over, draws=3_000, seed=7, progress=False)
    print("threads of this process:", here.digest)
    if find_spec("distributed") is None:
        print("no cluster: pip install '.[cluster]'")
        return
    from distributed import Client, LocalCluster  # noqa: PLC0415

    # A real one: Client("tcp://scheduler:8786"), or a SLURMCluster(...) of dask_jobqueue in its place.
    made = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")  # type: ignore[no-untyped-call]
    with made as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
        there = ts.sweep(scenario, over, draws=3_000, seed=7, executor=client, progress=False)
    print("processes of a cluster: ", there.digest)
    print("the same to the last bit:", here.digest == there.digest)


if __name__ == "__main__":
    main()
