package io.dialtone.diameter.dictionary;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds dictionary files, our own and an operator's, and hands their lines on. Used at the start only; it reads files. */
final class DictionaryFiles {
    /** How a file in a directory ends that is read. */
    static final String ENDING = ".dict";

    /** Our own, in the order in which they are read; the order has no meaning. */
    static final List<String> OWN = List.of(
            "base.dict",
            "nas.dict",
            "credit-control.dict",
            "digest.dict",
            "mobile-ip.dict",
            "overload.dict",
            "3gpp-access.dict",
            "cx.dict",
            "sh.dict",
            "s6a.dict",
            "gx.dict",
            "rx.dict",
            "charging.dict");

    private static final int FILES_MAX = 256;
    private static final long FILE_BYTES_MAX = 4 * 1024 * 1024;

    private DictionaryFiles() {}

    static void readOwn(final DictionaryBuilder builder) {
        for (final String name : OWN) {
            builder.read(name, ownLines(name));
        }
    }

    private static List<String> ownLines(final String name) {
        try (InputStream stream = DictionaryFiles.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is not in this build");
            }
            return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void read(final List<Path> paths, final DictionaryBuilder builder) {
        int files = 0;
        for (final Path path : paths) {
            for (final Path file : filesAt(path)) {
                if (++files > FILES_MAX) {
                    throw new DictionaryFault(
                            new DictionaryPlace(file.toString(), 0), "one file too many", "at most " + FILES_MAX);
                }
                builder.read(file.toString(), lines(file));
            }
        }
    }

    private static List<Path> filesAt(final Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> found = Files.list(path)) {
            return found.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        } catch (final IOException e) {
            throw unreadable(path, e);
        }
    }

    private static List<String> lines(final Path file) {
        final DictionaryPlace place = new DictionaryPlace(file.toString(), 0);
        try {
            if (!Files.isRegularFile(file)) {
                throw new DictionaryFault(place, "no such file", "a dictionary file, or a directory of them");
            }
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new DictionaryFault(place, "too long", "at most " + FILE_BYTES_MAX + " bytes");
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (final CharacterCodingException e) {
            throw new DictionaryFault(place, "not text", "characters in UTF-8");
        } catch (final IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DictionaryFault unreadable(final Path path, final IOException e) {
        return new DictionaryFault(
                new DictionaryPlace(path.toString(), 0),
                "cannot be read: " + e.getMessage(),
                "a dictionary file, or a directory of them");
    }
}
