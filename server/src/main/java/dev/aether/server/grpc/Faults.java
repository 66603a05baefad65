package dev.aether.server.grpc;

import dev.aether.server.event.FieldFault;
import dev.aether.server.event.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the invalid fields of a request, so that one error reports them all. Not thread-safe.
 */
final class Faults {
  private final List<FieldFault> found = new ArrayList<>();

  /** The field whose message contains the fields that are checked; empty for the request itself. */
  private String outer = "";

  /** The index of the element if that field is repeated; else -1. */
  private int element = -1;

  /** From now on, paths are relative to the message of this field. */
  void within(String field) {
    within(field, -1);
  }

  /** From now on, paths are relative to an element of this repeated field. */
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
   * Throws if an invalid field was found.
   *
   * @throws StoreException.InvalidRequest with all invalid fields
   */
  void check() {
    if (!found.isEmpty()) {
      throw new StoreException.InvalidRequest(found);
    }
  }
}
