/** Calls for {@code dialtone demo} and {@code dialtone load}: an open-loop SIP/UDP caller, what it measured, and the show around it. */
@NullMarked
package io.dialtone.runtime.demo;

import org.jspecify.annotations.NullMarked;
