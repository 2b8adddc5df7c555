@NullMarked
package io.dialtone.sip.locate;

import org.jspecify.annotations.NullMarked;
