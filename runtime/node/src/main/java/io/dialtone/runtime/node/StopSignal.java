package io.dialtone.runtime.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where the main thread of a role waits until somebody wants the process to stop: SIGTERM, Ctrl-C, the end of its parent, or a fault.
 * Any thread may stop it; only the main thread waits.
 */
final class StopSignal {
    /** A second signal sooner than this is the same wish once more: a supervisor may tell a process and its group. */
    private static final long IMPATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Stop stop = new Stop("", ExitCode.OK);

    private record Stop(String reason, int exitCode) {}

    /** Listens for the signals that stop a process. A second one, from somebody who is tired of waiting, ends it at once. */
    static StopSignal install() {
        final StopSignal signal = new StopSignal();
        final AtomicLong firstNs = new AtomicLong(Long.MIN_VALUE);
        for (final String name : new String[] {"TERM", "INT"}) {
            onSignal(name, () -> {
                final long nowNs = System.nanoTime();
                if (!firstNs.compareAndSet(Long.MIN_VALUE, nowNs) && nowNs - firstNs.get() > IMPATIENCE_NS) {
                    Runtime.getRuntime().halt(ExitCode.NO);
                }
                signal.stop("SIG" + name, ExitCode.OK);
            });
        }
        return signal;
    }

    /**
     * Runs something on a thread of the JVM's whenever a signal comes. The JDK has no supported interface for it, only a well-known one.
     *
     * @return false if this JVM knows no such signal
     */
    static boolean onSignal(final String name, final Runnable action) {
        try {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final InvocationHandler invocation = (proxy, method, arguments) -> answer(action, method.getName(), proxy);
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            Proxy.newProxyInstance(
                                    StopSignal.class.getClassLoader(), new Class<?>[] {handler}, invocation));
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static @Nullable Object answer(final Runnable action, final String method, final Object proxy) {
        return switch (method) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> false;
            case "toString" -> "signal handler";
            default -> {
                action.run();
                yield null;
            }
        };
    }

    /** Ends the wait. False if it had ended already. */
    synchronized boolean stop(final String reason, final int exitCode) {
        if (stopped.getCount() == 0) {
            return false;
        }
        stop = new Stop(reason, exitCode);
        stopped.countDown();
        return true;
    }

    /** The main thread: waits at most so long; true when it is time to stop. */
    boolean await(final long time, final TimeUnit unit) throws InterruptedException {
        return stopped.await(time, unit);
    }

    /** Who or what stopped us. */
    String reason() {
        return stop.reason();
    }

    int exitCode() {
        return stop.exitCode();
    }
}
