/** The one agreed place that says who owns which slot: one or three members of an Aeron Cluster, and their clients. */
@NullMarked
package io.dialtone.state.registry;

import org.jspecify.annotations.NullMarked;
