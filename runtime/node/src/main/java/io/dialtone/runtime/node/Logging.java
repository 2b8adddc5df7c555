package io.dialtone.runtime.node;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line for each event on standard output; libraries are heard from warnings up. Set up by the main thread, before any other starts. */
final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger("io.dialtone");

    private Logging() {}

    static void start(final LogLevel level) {
        LogManager.getLogManager().reset();
        ROOT.addHandler(new LineHandler(System.out));
        ROOT.setLevel(Level.WARNING);
        OURS.setLevel(level.asJulLevel());
    }

    /** Writes lines as they come; a supervisor or a terminal reads them. */
    private static final class LineHandler extends Handler {
        private final PrintStream out;

        LineHandler(final PrintStream out) {
            this.out = out;
            setFormatter(new LineFormatter());
        }

        @Override
        public void publish(final LogRecord line) {
            if (isLoggable(line)) {
                out.print(getFormatter().format(line));
                out.flush();
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /** {@code 2026-11-20T16:05:01.123Z INFO    sip.routing  backend 127.0.0.1:5071 is up}. */
    private static final class LineFormatter extends Formatter {
        private static final String OURS_PREFIX = "io.dialtone.";

        @Override
        public String format(final LogRecord line) {
            final StringBuilder text = new StringBuilder(128);
            text.append(Instant.ofEpochMilli(line.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                    .append(' ')
                    .append(String.format("%-7s", word(line.getLevel())))
                    .append(' ')
                    .append(room(line.getLoggerName()))
                    .append("  ")
                    .append(formatMessage(line))
                    .append(System.lineSeparator());
            if (line.getThrown() != null) {
                final StringWriter trace = new StringWriter();
                line.getThrown().printStackTrace(new PrintWriter(trace, true));
                text.append(trace);
            }
            return text.toString();
        }

        private static String word(final Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARNING";
            }
            if (level.intValue() >= Level.INFO.intValue()) {
                return "INFO";
            }
            return level.intValue() >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
        }

        /** Our own loggers are named for their room; a class name is cut down to it. */
        private static String room(final String logger) {
            if (logger == null || !logger.startsWith(OURS_PREFIX)) {
                return String.valueOf(logger);
            }
            final String name = logger.substring(OURS_PREFIX.length());
            final int dot = name.lastIndexOf('.');
            return dot > 0 && Character.isUpperCase(name.charAt(dot + 1)) ? name.substring(0, dot) : name;
        }
    }
}
