package io.dialtone.runtime.systemtests;

import io.dialtone.runtime.demo.CallJournal;
import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
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
import java.util.concurrent.locks.LockSupport;

/** Calls of our own generator, running on a thread of their own beside what the test does. */
final class RunningCalls {
    private final LoadRunner runner;
    private final CompletableFuture<CallReport> report = new CompletableFuture<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Duration atMost;

    private RunningCalls(final CallLoad load) {
        runner = new LoadRunner(load, lines::add);
        atMost = Duration.ofSeconds(load.seconds() + 60L);
    }

    private RunningCalls(final CallLoad load, final CallJournal journal) {
        runner = new LoadRunner(load, lines::add, journal);
        atMost = Duration.ofMillis(load.holdMs()).plusSeconds(60);
    }

    static RunningCalls start(final Stage stage, final CallLoad load) {
        return start(stage, new RunningCalls(load));
    }

    /** Calls that go on until {@link #stop}, and what they do and see is written down. */
    static RunningCalls startWithJournal(final Stage stage, final CallLoad load, final CallJournal journal) {
        return start(stage, new RunningCalls(load, journal));
    }

    private static RunningCalls start(final Stage stage, final RunningCalls calls) {
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

    /** Lets calls go on for a time that is part of what is tried; not a wait for anything. */
    void goOnFor(final Duration time) {
        final long untilNs = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - untilNs < 0) {
            LockSupport.parkNanos(untilNs - System.nanoTime());
        }
    }

    /** Starts no more calls. */
    void stop() {
        runner.stop();
    }

    /** The newest line on how it goes. */
    String progress() {
        return lines.isEmpty() ? "" : lines.getLast();
    }

    boolean isOver() {
        return report.isDone();
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
