@NullMarked
package io.dialtone.runtime.link;

import org.jspecify.annotations.NullMarked;
