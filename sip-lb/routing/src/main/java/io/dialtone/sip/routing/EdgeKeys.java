package io.dialtone.sip.routing;

/**
 * The keyed hashes of an edge, the same in all its I/O threads. Immutable.
 *
 * @param transaction names a transaction with its CANCEL and ACK
 * @param request tells the requests of a transaction apart
 */
record EdgeKeys(TransactionKey transaction, TransactionKey request) {}
