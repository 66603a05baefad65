package dev.aether.server.grpc;

import dev.aether.server.event.FieldFault;
import dev.aether.server.event.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gathers what is wrong with a request, so that its sender hears of everything at once. For one
 * thread.
 */
final class Faults {
  private final List<FieldFault> found = new ArrayList<>();

  /** Of which field's message the fields are that come; empty: they are the request's own. */
  private String outer = "";

  /** Of which element of it, if it is a repeated field; else -1. */
  private int element = -1;

  /** The fields from now on are those of a field's message. */
  void within(String field) {
    within(field, -1);
  }

  /** The same of a repeated field's element. */
  void within(String field, int index) {
    outer = field;
    element = index;
  }

  void add(String field, String fault) {
    if (found.size() < StoreException.InvalidRequest.MAX_FAULTS) {
      found.add(new FieldFault(path(field), fault));
    }
  }

  private String path(String field) {
    if (outer.isEmpty()) {
      return field;
    }
    return element < 0 ? outer + '.' + field : outer + '[' + element + "]." + field;
  }

  void add(String field, Optional<String> fault) {
    fault.ifPresent(text -> add(field, text));
  }

  /**
   * Goes on only if nothing was found.
   *
   * @throws StoreException.InvalidRequest otherwise
   */
  void check() {
    if (!found.isEmpty()) {
      throw new StoreException.InvalidRequest(found);
    }
  }
}
