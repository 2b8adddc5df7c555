package io.dialtone.runtime.node;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Starts Dialtone processes as children of this one, and stops them again. They end when we end, however that happens: see {@link ParentWatch}.
 * Called by one thread.
 */
final class ChildProcesses implements AutoCloseable {
    /** Where the distribution is that we were started from; unset where classes are run without one, as in tests. */
    static final String HOME_PROPERTY = "dialtone.home";

    private static final String JAVA_OPTIONS = "DIALTONE_JAVA_OPTIONS";
    private static final long STOP_MS_MAX = 5_000;
    private static final long LOOK_MS = 20;
    private static final int LAST_LINES = 20;

    private final Path folder;
    private final UnaryOperator<String> javaOptions;
    private final long stopMsMax;
    private final List<Child> children = new ArrayList<>();

    /** One of them. */
    record Child(String name, Process process, Path log) {
        boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public String toString() {
            return name + " (pid " + process.pid() + ")";
        }
    }

    /**
     * Children whose output goes to files.
     *
     * @param folder where the files are made
     */
    ChildProcesses(final Path folder) {
        this(folder, name -> "", STOP_MS_MAX);
    }

    /**
     * The same with options of their own for their JVMs.
     *
     * @param javaOptions for each name, further options of the JVM
     * @param stopMsMax how long each may take to end when it is told to
     */
    ChildProcesses(final Path folder, final UnaryOperator<String> javaOptions, final long stopMsMax) {
        this.folder = folder;
        this.javaOptions = javaOptions;
        this.stopMsMax = stopMsMax;
    }

    /** Starts a command of ours, such as {@code node --config cluster.yaml}. */
    Child start(final String name, final List<String> arguments) throws IOException {
        final List<String> command = new ArrayList<>(launcher());
        command.addAll(arguments);
        final Path log = folder.resolve(name + ".log");
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE);
        final Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(ChildProcesses::isSetting);
        environment.put(ParentWatch.VARIABLE, "true");
        final String itsOptions = javaOptions.apply(name);
        if (!itsOptions.isEmpty()) {
            environment.merge(JAVA_OPTIONS, itsOptions, (before, more) -> before + ' ' + more);
        }
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        final Child child = new Child(name, builder.start(), log);
        children.add(child);
        return child;
    }

    /** Our own settings are not theirs. */
    private static boolean isSetting(final String variable) {
        return variable.startsWith(Setting.ENVIRONMENT_PREFIX) && !variable.equals(JAVA_OPTIONS);
    }

    private static List<String> launcher() {
        final String home = System.getProperty(HOME_PROPERTY);
        if (home != null) {
            return List.of(home + File.separator + "bin" + File.separator + "dialtone");
        }
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        return command;
    }

    /**
     * Waits until a child is ready, as its admin server says.
     *
     * @return the address of that server
     * @throws IOException if it ends instead, or takes too long; the message has its last lines
     */
    String awaitReady(final Child child, final long msMax) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(msMax);
        String why = "it has not opened its admin server";
        while (System.nanoTime() - deadlineNs < 0) {
            if (!child.isAlive()) {
                throw new IOException(child.name() + " has ended with exit code "
                        + child.process().exitValue() + ":" + lastLines(child));
            }
            for (final RunFile file : RunFile.readAll(RunFile.directory(System.getenv()))) {
                if (file.pid() == child.process().pid()) {
                    why = whyNotReady(file);
                    if (why.isEmpty()) {
                        return file.admin();
                    }
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        throw new IOException(child.name() + " was not ready after " + msMax + " ms (" + why + "):" + lastLines(child));
    }

    private static String whyNotReady(final RunFile file) {
        try {
            return AdminClient.of(file).get("/status").path("notReady").asText("");
        } catch (UnavailableException | AdminRefusal e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String lastLines(final Child child) throws IOException {
        final List<String> lines = Files.readAllLines(child.log());
        final StringBuilder text = new StringBuilder();
        lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
                .forEach(line ->
                        text.append(System.lineSeparator()).append("    ").append(line));
        return text.toString();
    }

    List<Child> children() {
        return List.copyOf(children);
    }

    /** Stops them politely, one after the other, in the order opposite to their start: what others need goes last. */
    @Override
    public void close() {
        boolean interrupted = false;
        for (final Child child : children.reversed()) {
            child.process().destroy();
            try {
                if (!child.process().waitFor(stopMsMax, TimeUnit.MILLISECONDS)) {
                    child.process().destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                child.process().destroyForcibly();
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
