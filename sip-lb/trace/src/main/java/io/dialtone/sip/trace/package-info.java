/** The last messages of each I/O thread, and the forms in which other tools read them. */
@NullMarked
package io.dialtone.sip.trace;

import org.jspecify.annotations.NullMarked;
