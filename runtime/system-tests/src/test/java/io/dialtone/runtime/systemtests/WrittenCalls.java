package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads the records of ended calls that nodes have written to a directory. */
final class WrittenCalls {
    private static final ObjectMapper JSON = new ObjectMapper();

    private WrittenCalls() {}

    /** Whole lines of all files, in the order of each. */
    static List<JsonNode> in(final Path directory) {
        final List<JsonNode> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                final String text = Files.readString(file);
                for (final String line :
                        text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                    records.add(JSON.readTree(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    static Set<String> ids(final List<JsonNode> records) {
        return all("id", records);
    }

    /** What records say of something, each value once. */
    static Set<String> all(final String field, final List<JsonNode> records) {
        final Set<String> values = new TreeSet<>();
        records.forEach(record -> values.add(record.path(field).asText()));
        return values;
    }
}
