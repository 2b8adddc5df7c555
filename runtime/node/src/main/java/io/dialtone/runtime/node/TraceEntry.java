package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A message of a call as a process has kept it. Immutable, for any thread.
 *
 * @param process the edge or balancer that has seen it
 * @param what {@code in}, {@code out} or {@code handed-over}
 * @param node the node that has had to do with it, or empty
 * @param slot its session's slot, or -1
 */
@SuppressWarnings("ArrayRecordComponent") // never written, never compared as a whole
record TraceEntry(
        long timeNs,
        String process,
        String what,
        String transport,
        String peer,
        String local,
        String callId,
        String node,
        int slot,
        long epoch,
        byte[] message) {
    private static final int NO_SLOT = -1;

    static TraceEntry of(final String process, final JsonNode json) throws IOException {
        return new TraceEntry(
                json.path("timeNs").asLong(),
                process,
                json.path("what").asText(),
                json.path("transport").asText(),
                json.path("peer").asText(),
                json.path("local").asText(),
                json.path("callId").asText(),
                json.path("node").asText(""),
                json.path("slot").asInt(NO_SLOT),
                json.path("epoch").asLong(),
                json.path("message").binaryValue());
    }

    boolean isIn() {
        return what.equals("in");
    }

    boolean isOut() {
        return what.equals("out");
    }

    /** True if the two are the same bytes on the same way: one was sent again. */
    boolean repeats(final TraceEntry earlier) {
        return what.equals(earlier.what)
                && peer.equals(earlier.peer)
                && process.equals(earlier.process)
                && Arrays.equals(message, earlier.message);
    }

    /** What it is in two or three words: {@code INVITE}, {@code 180 Ringing}. */
    String title() {
        final String line = firstLine();
        if (line.startsWith("SIP/")) {
            final String status = line.substring(Math.min(line.length(), line.indexOf(' ') + 1));
            final String method = header("cseq").orElse("").replaceFirst("^\\d+\\s+", "");
            return printable(method.equals("INVITE") ? status : status + " (" + method + ")");
        }
        final int blank = line.indexOf(' ');
        return printable(blank > 0 ? line.substring(0, blank) : line);
    }

    boolean hasSdp() {
        return header("content-type")
                .map(type -> type.startsWith("application/sdp"))
                .orElse(false);
    }

    /** The message as text; what is no character of a terminal is shown as a dot. */
    String text() {
        return new String(message, StandardCharsets.UTF_8).replace("\r", "").replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", ".");
    }

    private String firstLine() {
        final String text = new String(message, StandardCharsets.UTF_8).stripLeading();
        final int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    private Optional<String> header(final String name) {
        return text().lines()
                .skip(1)
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1)
                        || (name.equals("content-type") && line.regionMatches(true, 0, "c:", 0, 2)))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** Text from outside in a line of ours: a terminal must not be told what to do by it. */
    static String printable(final String text) {
        return text.replaceAll("\\p{Cntrl}", ".");
    }
}
