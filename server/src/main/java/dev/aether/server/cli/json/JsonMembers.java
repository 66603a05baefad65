package dev.aether.server.cli.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A JSON object's members with their values as the text they were written as, so that a value can
 * be stored as its author wrote it.
 */
public final class JsonMembers {
  private final String json;
  private int at;

  private JsonMembers(String json) {
    this.json = json;
  }

  /**
   * Names and values' text, in the order of the text.
   *
   * @throws JsonFault when the text isn't one JSON object (RFC 8259) or names a member twice
   */
  public static Map<String, String> of(String json) throws JsonFault {
    check(json);
    return new JsonMembers(json).members();
  }

  private static void check(String json) throws JsonFault {
    try (JsonReader reader = JsonText.strictReader(json)) {
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new JsonFault("not a JSON object");
      }
      JsonText.skipValue(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonFault("more than one JSON value on the line");
      }
    } catch (EOFException e) {
      throw new JsonFault("the JSON object is not complete");
    } catch (MalformedJsonException | IllegalStateException e) {
      throw new JsonFault("not valid JSON" + column(e));
    } catch (IOException e) {
      throw new JsonFault("not valid JSON: " + e.getMessage());
    }
  }

  /** Gson says "… at line 1 column 17 path $.data …"; the column is what helps. */
  private static String column(Exception e) {
    String message = String.valueOf(e.getMessage());
    int column = message.indexOf("column ");
    int end = message.indexOf(" path", Math.max(column, 0));
    return column < 0 || end < 0 ? "" : " near " + message.substring(column, end);
  }

  /**
   * From here on the text is known to be a valid object, so that looking for the ends is enough.
   */
  private Map<String, String> members() throws JsonFault {
    Map<String, String> members = new LinkedHashMap<>();
    skipTo('{');
    at++;
    skipSpaces();
    while (json.charAt(at) != '}') {
      String name = JsonValues.string(value());
      skipTo(':');
      at++;
      skipSpaces();
      if (members.put(name, value()) != null) {
        throw new JsonFault("field \"" + name + "\" is there twice");
      }
      skipSpaces();
      if (json.charAt(at) == ',') {
        at++;
        skipSpaces();
      }
    }
    return members;
  }

  private String value() {
    int start = at;
    char first = json.charAt(at);
    if (first == '"') {
      skipString();
    } else if (first == '{' || first == '[') {
      skipNested();
    } else {
      skipLiteral();
    }
    return json.substring(start, at);
  }

  private void skipString() {
    at++;
    while (json.charAt(at) != '"') {
      at += json.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipNested() {
    int depth = 0;
    do {
      char c = json.charAt(at);
      if (c == '"') {
        skipString();
        continue;
      }
      if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      at++;
    } while (depth > 0);
  }

  private void skipLiteral() {
    while (",}] \t\r\n".indexOf(json.charAt(at)) < 0) {
      at++;
    }
  }

  private void skipSpaces() {
    while (" \t\r\n".indexOf(json.charAt(at)) >= 0) {
      at++;
    }
  }

  private void skipTo(char c) {
    while (json.charAt(at) != c) {
      at++;
    }
  }
}
