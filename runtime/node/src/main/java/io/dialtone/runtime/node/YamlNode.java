package io.dialtone.runtime.node;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration file as a tree that remembers its lines, so that a message can name them. Immutable, for any thread. */
sealed interface YamlNode {
    int line();

    /** A word, a number, or nothing. */
    record Scalar(String text, int line) implements YamlNode {}

    /** Several of the same. */
    record Sequence(List<YamlNode> items, int line) implements YamlNode {}

    /** Names and what they stand for, in the order of the file. */
    record Mapping(Map<String, YamlNode> entries, int line) implements YamlNode {
        @Nullable
        YamlNode get(final String name) {
            return entries.get(name);
        }

        /** What the name of several sections, divided by dots, stands for; null if it is not there. */
        @Nullable
        YamlNode find(final String path) {
            YamlNode node = this;
            for (final String name : path.split("\\.", -1)) {
                if (!(node instanceof Mapping mapping)) {
                    return null;
                }
                node = mapping.get(name);
                if (node == null) {
                    return null;
                }
            }
            return node;
        }
    }

    /** Reads one document. An empty one is an empty mapping. */
    static Mapping read(final String yaml, final String fileName) throws WrongConfigurationException {
        try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
            final JsonToken first = parser.nextToken();
            if (first == null || first == JsonToken.VALUE_NULL) {
                return new Mapping(Map.of(), 1);
            }
            if (first != JsonToken.START_OBJECT) {
                throw new WrongConfigurationException(
                        fileName + ":" + line(parser) + ": expected names and their values, as in 'sip-lb:'");
            }
            final Mapping mapping = mapping(parser, fileName);
            if (parser.nextToken() != null) {
                throw new WrongConfigurationException(
                        fileName + ":" + line(parser) + ": a second document begins (expected: one)");
            }
            return mapping;
        } catch (JsonProcessingException e) {
            final int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new WrongConfigurationException(fileName + ":" + line + ": "
                    + e.getOriginalMessage().lines().findFirst().orElse("no YAML"));
        } catch (IOException e) {
            throw new AssertionError("a string can always be read", e);
        }
    }

    private static Mapping mapping(final YAMLParser parser, final String fileName)
            throws IOException, WrongConfigurationException {
        final int line = line(parser);
        final Map<String, YamlNode> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            final String name = parser.currentName();
            final int nameLine = line(parser);
            parser.nextToken();
            if (entries.put(name, node(parser, fileName)) != null) {
                throw new WrongConfigurationException(fileName + ":" + nameLine + ": " + name + " is there twice");
            }
        }
        return new Mapping(entries, line);
    }

    private static YamlNode node(final YAMLParser parser, final String fileName)
            throws IOException, WrongConfigurationException {
        final int line = line(parser);
        if (parser.isCurrentAlias()) {
            throw new WrongConfigurationException(
                    fileName + ":" + line + ": *" + parser.getText() + " (expected: a value; references are not read)");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(parser, fileName);
            case START_ARRAY -> {
                final List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(node(parser, fileName));
                }
                yield new Sequence(List.copyOf(items), line);
            }
            case VALUE_NULL -> new Scalar("", line);
            default -> new Scalar(parser.getText(), line);
        };
    }

    private static int line(final JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
