package io.dialtone.runtime.demo;

import java.util.function.Predicate;

/**
 * A node that was killed under load. Immutable.
 *
 * @param node its name
 * @param atNs when, by {@link System#nanoTime}
 * @param owned says by a Call-ID whether the node owned that call when it died
 */
public record NodeKill(String node, long atNs, Predicate<String> owned) {}
