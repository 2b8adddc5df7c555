package io.dialtone.runtime.systemtests;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.demo.KillPlan;
import io.dialtone.runtime.demo.LoadRunner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Calls of our own generator, running on a thread of their own beside what the test does. */
final class RunningCalls {
    private final LoadRunner runner;
    private final CompletableFuture<CallReport> report = new CompletableFuture<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Duration atMost;

    private RunningCalls(final CallLoad load, final @Nullable KillPlan kill) {
        runner = new LoadRunner(load, lines::add, kill);
        atMost = Duration.ofSeconds(load.seconds() + 60L);
    }

    static RunningCalls start(final Stage stage, final CallLoad load) {
        return start(stage, load, null);
    }

    /** Calls during which something dies. */
    static RunningCalls start(final Stage stage, final CallLoad load, final @Nullable KillPlan kill) {
        final RunningCalls calls = new RunningCalls(load, kill);
        Thread.ofPlatform().name("calls").daemon().start(calls::run);
        stage.onFailureTell(() -> "calls:\n" + String.join("\n", calls.lines));
        stage.closeAtEnd(() -> {
            calls.runner.stop();
            calls.runner.stop();
        });
        return calls;
    }

    static InetSocketAddress loopback(final int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void run() {
        try {
            report.complete(runner.run());
        } catch (Exception e) {
            report.completeExceptionally(e);
        }
    }

    CallReport awaitEnd() {
        try {
            return report.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the calls did not end: " + String.join("\n", lines), e);
        }
    }
}
