package io.dialtone.runtime.node;

import java.util.logging.Level;

/** How much a process says of itself on standard output. */
enum LogLevel {
    ERROR,
    WARNING,
    INFO,
    DEBUG,
    TRACE;

    Level asJulLevel() {
        return switch (this) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
            case TRACE -> Level.FINER;
        };
    }
}
