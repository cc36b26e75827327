// Nothing here is needed to answer. It sends a photo without leaving the page, and a form only once.

const photo = document.querySelector("form.photo");
const answer = document.querySelector("form.answer");

function outcomeOf(status) {
  return status === 413 ? "large" : status >= 500 || status === 429 ? "away" : "refused";
}

async function send(file) {
  try {
    const reply = await fetch(photo.dataset.send, { method: "POST", body: file });
    return reply.ok ? { reference: (await reply.json()).reference } : { why: outcomeOf(reply.status) };
  } catch {
    return { why: "away" };
  }
}

function carry(reference) {
  if ([...answer.querySelectorAll("input[name=photos]")].some((field) => field.value === reference)) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "photos";
  field.value = reference;
  answer.append(field);
}

if (photo && answer) {
  const told = photo.querySelector(".told");
  const button = photo.querySelector("button");
  photo.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = photo.elements.photo.files[0];
    if (!file) {
      told.textContent = photo.dataset.missing;
      return;
    }
    button.disabled = true;
    told.textContent = photo.dataset.sending;
    const { reference, why } = await send(file);
    button.disabled = false;
    told.textContent = photo.dataset[why || "taken"];
    if (!reference) return;
    carry(reference);
    photo.reset();
  });
  answer.addEventListener("submit", (event) => {
    const button = answer.querySelector("button");
    if (button.disabled) event.preventDefault();
    button.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    answer.querySelector("button").disabled = false;
  });
}
