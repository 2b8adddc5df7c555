package io.dialtone.runtime.demo;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** The running processes behind the demo's edge, started by a {@link DemoLauncher}. Called only by the demo's thread. */
public interface DemoCluster extends AutoCloseable {
    /** Where calls go in: the edge's SIP/UDP listener. */
    InetSocketAddress edge();

    /** What runs, a line each, for people: {@code node-1 (pid 4711)}. */
    List<String> processes();

    /** Names of processes that have ended though nobody stopped or killed them; empty while all is well. */
    List<String> died();

    /** How many calls each node has begun since it started, by its name; empty where nodes do not tell. */
    Map<String, Long> callsByNode();

    /** Kills the node that owns most calls, as nothing can prevent. */
    NodeKill killBusiest();

    /** Stops every process that was started, and waits until they are gone. */
    @Override
    void close();
}
