package io.dialtone.runtime.node;

import io.dialtone.sip.routing.BackendSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file with a backend a line. Read at start and at each reload, never on the path. */
final class BackendsFile {
    private BackendsFile() {}

    /** What its lines say; adds what is wrong with them to the problems. */
    static List<BackendSpec> read(final Path file, final Problems problems) {
        final List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            problems.add(file + " cannot be read (expected: a file with a backend a line): " + e.getMessage());
            return List.of();
        }
        final Map<String, Integer> seen = new LinkedHashMap<>();
        final List<BackendSpec> backends = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            try {
                final BackendSpec backend = SipLbSettings.BACKEND.reader().read(line);
                final Integer before = seen.putIfAbsent(backend.name(), i + 1);
                if (before == null) {
                    backends.add(backend);
                } else {
                    problems.add(file + ":" + (i + 1) + ": " + backend.name() + " is in line " + before
                            + " already (expected: each once, with a weight).");
                }
            } catch (WrongValueException e) {
                problems.wrongValue(file + ":" + (i + 1), line, e.expected(), null, "");
            }
        }
        return backends;
    }
}
