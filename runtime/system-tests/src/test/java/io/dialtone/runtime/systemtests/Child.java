package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that a test started, its output in a file. Made by {@link Stage}, which stops it at the end of the test whatever happens. */
final class Child {
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final int TAIL_BYTES = 6_000;

    private final String name;
    private final Path output;
    private final Process process;

    private Child(final String name, final Path output, final Process process) {
        this.name = name;
        this.output = output;
        this.process = process;
    }

    static Child start(
            final String name,
            final Path directory,
            final List<String> command,
            final Map<String, String> environment) {
        final Path output = directory.resolve(name + ".log");
        final ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        try {
            Files.writeString(directory.resolve(name + ".command"), String.join(" ", command) + "\n");
            return new Child(name, output, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("could not start " + name + ": " + command, e);
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String output() {
        try {
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String tail() {
        final String all = output();
        return all.length() <= TAIL_BYTES ? all : "... " + all.substring(all.length() - TAIL_BYTES);
    }

    /** Waits for a line of output; the process must live until then. */
    Matcher awaitOutput(final String regex, final Duration atMost) {
        final Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
        final AtomicReference<Matcher> found = new AtomicReference<>();
        Await.until(
                name + " prints " + regex,
                atMost,
                () -> {
                    final boolean alive = isAlive();
                    final Matcher matcher = pattern.matcher(output());
                    if (matcher.find()) {
                        found.set(matcher);
                        return true;
                    }
                    if (!alive) {
                        throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + tail());
                    }
                    return false;
                },
                this::tail);
        return Objects.requireNonNull(found.get());
    }

    /** Waits for the process to end by itself. */
    int awaitExit(final Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " still runs after " + atMost.toSeconds() + " s:\n" + tail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** As a crash: no chance to clean up. */
    void kill9() {
        process.destroyForcibly();
        awaitExit(STOP_MAX);
    }

    void signal(final String signal) {
        try {
            final int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            if (exit != 0 && isAlive()) {
                throw new AssertionError("kill -" + signal + " " + name + " said " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Stops it and its children: asked first, killed if it does not follow. */
    void stop() {
        final List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        for (final ProcessHandle child : children) {
            child.destroyForcibly();
        }
    }

    int exitValue() {
        return process.exitValue();
    }

    /** Resident memory of the process, in kB. */
    long residentKb() {
        return statusKb("VmRSS");
    }

    /** True while SIGSTOP holds it, as the kernel says. */
    boolean isStopped() {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                    .anyMatch(line -> line.startsWith("State:\tT"));
        } catch (IOException gone) {
            return false;
        }
    }

    private long statusKb(final String field) {
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith(field + ":")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            return -1;
        } catch (IOException gone) {
            return -1;
        }
    }
}
