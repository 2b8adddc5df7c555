package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Where one test's processes live: a directory of its own, children that are stopped at the end in reverse order, and on failure everything they said
 * and counted on standard error. Register as a field with {@code @RegisterExtension}.
 */
final class Stage implements BeforeEachCallback, AfterEachCallback {
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final List<Child> children = new ArrayList<>();
    private final List<Supplier<String>> witnesses = new ArrayList<>();
    private Path directory = Path.of("target");

    @Override
    public void beforeEach(final ExtensionContext context) throws IOException {
        toClose.clear();
        children.clear();
        witnesses.clear();
        final String method = context.getRequiredTestMethod().getName();
        directory = Path.of(
                        "target", "system-tests", context.getRequiredTestClass().getSimpleName(), method)
                .toAbsolutePath();
        if (Files.exists(directory)) {
            try (Stream<Path> old = Files.walk(directory)) {
                old.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
        Files.createDirectories(directory);
    }

    @Override
    public void afterEach(final ExtensionContext context) throws Exception {
        final boolean failed = context.getExecutionException()
                .filter(e -> !(e instanceof org.opentest4j.TestAbortedException))
                .isPresent();
        if (failed) {
            tell(context.getDisplayName());
        }
        Exception trouble = null;
        while (!toClose.isEmpty()) {
            try {
                toClose.pop().close();
            } catch (Exception e) {
                trouble = e;
            }
        }
        if (trouble != null && !failed) {
            throw trouble;
        }
    }

    @SuppressWarnings("SystemOut") // this is the report of a failed test
    private void tell(final String test) {
        final StringBuilder words = new StringBuilder("\n######## " + test + " failed; files in " + directory + "\n");
        for (final Supplier<String> witness : witnesses) {
            try {
                words.append(witness.get()).append('\n');
            } catch (RuntimeException | AssertionError e) {
                words.append("(").append(e.getMessage()).append(")\n");
            }
        }
        for (final Child child : children) {
            words.append("---- ")
                    .append(child.name())
                    .append(child.isAlive() ? " (runs)" : " (ended with " + child.exitValue() + ")")
                    .append('\n')
                    .append(child.tail())
                    .append('\n');
        }
        System.err.println(words);
    }

    Path directory() {
        return directory;
    }

    Child start(final String name, final List<String> command) {
        return start(name, command, Map.of());
    }

    Child start(final String name, final List<String> command, final Map<String, String> environment) {
        final Child child = Child.start(name, directory, command, environment);
        children.add(child);
        toClose.push(child::stop);
        return child;
    }

    /** Something that has a say when the test fails: counters, a status. */
    void onFailureTell(final Supplier<String> witness) {
        witnesses.add(witness);
    }

    void closeAtEnd(final AutoCloseable what) {
        toClose.push(what);
    }

    Path write(final String name, final String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
