package io.dialtone.sip.locate;

import java.util.List;

/**
 * Where a request can go. Immutable.
 *
 * @param targets to be tried in this order; none if nobody was found
 * @param whyNot why nobody was found, in words, or empty
 */
public record Located(List<Target> targets, String whyNot) {}
