package io.dialtone.runtime.demo;

import java.io.IOException;
import java.util.function.Consumer;

/** Starts the demo's processes; {@code runtime/node} fills it, because only it can start them. Called only by the demo's thread. */
@FunctionalInterface
public interface DemoLauncher {
    /**
     * Starts host, nodes and edge, and returns when the edge answers calls.
     *
     * @param progress takes a line for people whenever something has come up
     * @throws IOException if a process does not start; whatever had started is stopped again
     */
    DemoCluster start(Consumer<String> progress) throws IOException, InterruptedException;
}
