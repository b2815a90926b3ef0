// What the page itself says, in Russian and English, and how it writes dates and sizes.

const WORDS = {
  en: {
    bot: "bot",
    you: "You",
    people: "People",
    newPerson: "New person",
    name: "Name",
    defaultName: "Alice",
    adminName: "Admin Olga",
    language: "Language",
    create: "Create",
    cancel: "Cancel",
    close: "Close",
    ok: "OK",
    back: "People and tools",
    purse: "Purse",
    addStars: "+100 ⭐",
    addStarsLabel: "Add 100 Stars to the purse",
    block: "Block the bot",
    unblock: "Unblock the bot",
    blockedHint: "blocked the bot",
    samples: "Sample photos",
    samplesHint: "Pick one to send it",
    asFile: "As a file",
    sendAsFile: "Send as a file",
    others: "Unusual messages",
    sticker: "Sticker",
    voice: "Voice message",
    video: "Video",
    location: "Location",
    contact: "Contact",
    poll: "Poll",
    editedKind: "Edit the last text",
    forwardAlbum: "Forwarded album",
    forwarded: "Forwarded from {author}",
    hidden: "someone",
    knobs: "Behind the scenes",
    restart: "Restart the bot",
    restarting: "Restarting…",
    restarted: "The bot has been restarted",
    message: "Message",
    send: "Send",
    attach: "Attach",
    photoOrFile: "Photo or file",
    menu: "Menu",
    commands: "Commands",
    showKeyboard: "Show the bot’s keyboard",
    hideKeyboard: "Hide the bot’s keyboard",
    toBottom: "To the newest message",
    log: "Messages",
    start: "Start",
    introTitle: "What can this bot do?",
    introText: "PIXEL AI turns your photo into a picture: choose a template, send a photo, pay with Stars or with the balance.",
    introHint: "This is a demo: Stars cost nothing here, and 📎 has sample photos for you.",
    edited: "edited",
    today: "Today",
    yesterday: "Yesterday",
    caption: "Add a caption…",
    remove: "Remove",
    addMore: "Add more",
    sendPictures: { one: "Send {count} picture", other: "Send {count} pictures" },
    sendFiles: { one: "Send {count} file", other: "Send {count} files" },
    drop: "Drop pictures here to send them",
    tooMany: "An album holds at most 10 pictures",
    openPicture: "Open the picture",
    picture: "Picture",
    pictureOf: "{at} of {all}",
    previous: "Previous picture",
    next: "Next picture",
    download: "Download",
    sample: "Send the sample “{title}”",
    checkout: "Confirm the payment",
    payFor: "Pay {total} to {bot} for “{title}”?",
    inPurse: "In the purse",
    afterwards: "Left afterwards",
    missing: "Missing",
    confirmPay: "Pay {total}",
    paying: "Paying…",
    paid: "Paid: {total}",
    payRefused: "The payment was declined",
    payTimeout: "The bot did not answer in time, the payment was cancelled",
    payPoor: "Not enough Stars in the purse",
    invoice: "Invoice",
    servicePaid: "You paid {total} to {bot}",
    serviceRefunded: "{bot} returned {total} to you",
    online: "Connected again",
    offline: "No connection to the emulator. Trying again…",
    failed: "That did not work: {error}",
    spoiler: "Hidden text, press to show",
    unsupported: "A message that this page cannot show",
    typing: "typing…",
    sendingPhoto: "sending photo…",
    sendingFile: "sending file…",
    sendingVideo: "sending video…",
    sendingVoice: "recording voice…",
    choosingSticker: "choosing a sticker…",
    unread: { one: "{count} unread message", other: "{count} unread messages" },
    stars: { one: "{count} Star", other: "{count} Stars" },
    copied: "Copied",
    from: "{author}, {time}",
    fileName: "File",
    bytes: "B", kilobytes: "KB", megabytes: "MB",
  },
  ru: {
    bot: "бот",
    you: "Вы",
    people: "Люди",
    newPerson: "Новый человек",
    name: "Имя",
    defaultName: "Алиса",
    adminName: "Админ Ольга",
    language: "Язык",
    create: "Создать",
    cancel: "Отмена",
    close: "Закрыть",
    ok: "ОК",
    back: "Люди и инструменты",
    purse: "Кошелёк",
    addStars: "+100 ⭐",
    addStarsLabel: "Положить 100 звёзд в кошелёк",
    block: "Заблокировать бота",
    unblock: "Разблокировать бота",
    blockedHint: "бот заблокирован",
    samples: "Фото для примера",
    samplesHint: "Нажмите, чтобы отправить",
    asFile: "Файлом",
    sendAsFile: "Отправить файлом",
    others: "Необычные сообщения",
    sticker: "Стикер",
    voice: "Голосовое сообщение",
    video: "Видео",
    location: "Геопозиция",
    contact: "Контакт",
    poll: "Опрос",
    editedKind: "Изменить последний текст",
    forwardAlbum: "Пересланный альбом",
    forwarded: "Переслано от: {author}",
    hidden: "кто-то",
    knobs: "За кулисами",
    restart: "Перезапустить бота",
    restarting: "Перезапускаем…",
    restarted: "Бот перезапущен",
    message: "Сообщение",
    send: "Отправить",
    attach: "Прикрепить",
    photoOrFile: "Фото или файл",
    menu: "Меню",
    commands: "Команды",
    showKeyboard: "Показать клавиатуру бота",
    hideKeyboard: "Скрыть клавиатуру бота",
    toBottom: "К новым сообщениям",
    log: "Сообщения",
    start: "Начать",
    introTitle: "Что умеет этот бот?",
    introText: "PIXEL AI превращает ваше фото в картину: выберите шаблон, пришлите фото, оплатите звёздами или с баланса.",
    introHint: "Это демо: звёзды здесь ничего не стоят, а готовые фото лежат под 📎.",
    edited: "изменено",
    today: "Сегодня",
    yesterday: "Вчера",
    caption: "Добавить подпись…",
    remove: "Убрать",
    addMore: "Добавить",
    sendPictures: { one: "Отправить {count} фото", few: "Отправить {count} фото", many: "Отправить {count} фото", other: "Отправить {count} фото" },
    sendFiles: { one: "Отправить {count} файл", few: "Отправить {count} файла", many: "Отправить {count} файлов", other: "Отправить {count} файла" },
    drop: "Отпустите, чтобы отправить",
    tooMany: "В альбоме помещается не больше 10 фото",
    openPicture: "Открыть картинку",
    picture: "Картинка",
    pictureOf: "{at} из {all}",
    previous: "Предыдущая картинка",
    next: "Следующая картинка",
    download: "Скачать",
    sample: "Отправить пример «{title}»",
    checkout: "Подтверждение оплаты",
    payFor: "Заплатить {total} боту {bot} за «{title}»?",
    inPurse: "В кошельке",
    afterwards: "Останется",
    missing: "Не хватает",
    confirmPay: "Заплатить {total}",
    paying: "Оплачиваем…",
    paid: "Оплачено: {total}",
    payRefused: "Платёж отклонён",
    payTimeout: "Бот не ответил вовремя, платёж отменён",
    payPoor: "В кошельке не хватает звёзд",
    invoice: "Счёт",
    servicePaid: "Вы заплатили {total} боту {bot}",
    serviceRefunded: "{bot} возвращает вам {total}",
    online: "Связь восстановлена",
    offline: "Нет связи с эмулятором. Пробуем ещё раз…",
    failed: "Не получилось: {error}",
    spoiler: "Скрытый текст, нажмите, чтобы показать",
    unsupported: "Сообщение, которое эта страница показать не может",
    typing: "печатает…",
    sendingPhoto: "отправляет фото…",
    sendingFile: "отправляет файл…",
    sendingVideo: "отправляет видео…",
    sendingVoice: "записывает голосовое…",
    choosingSticker: "выбирает стикер…",
    unread: { one: "{count} непрочитанное сообщение", few: "{count} непрочитанных сообщения", many: "{count} непрочитанных сообщений", other: "{count} непрочитанного сообщения" },
    stars: { one: "{count} звезда", few: "{count} звезды", many: "{count} звёзд", other: "{count} звезды" },
    copied: "Скопировано",
    from: "{author}, {time}",
    fileName: "Файл",
    bytes: "Б", kilobytes: "КБ", megabytes: "МБ",
  },
};

/** The languages a new person's Telegram can be set to, by their own names. */
export const TELEGRAM_LANGUAGES = [["ru", "Русский"], ["en", "English"], ["de", "Deutsch"], ["uk", "Українська"]];

let spoken = "en";

/** The language that the page speaks now: `en` or `ru`. */
export const language = () => spoken;

/** Which of the page's languages suits a person whose Telegram speaks `code`. */
export const pageLanguage = (code) => (String(code ?? "").toLowerCase().startsWith("ru") ? "ru" : "en");

/** Makes the page speak the language that suits `code`. */
export function speak(code) {
  spoken = pageLanguage(code);
}

/** The text of `key`; `{name}` is filled from `values`, and `count` chooses the plural. */
export function word(key, values = {}) {
  let text = WORDS[spoken][key];
  if (typeof text === "object") text = text[new Intl.PluralRules(spoken).select(values.count)];
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value ?? "");
  });
}

/** A title that the server gives either as a string or as one string a language. */
export const titled = (title) => (title && typeof title === "object" ? title[spoken] ?? title.en : String(title ?? ""));

/** Writes the words of every element under `root` that names one in `data-word…`. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
    if (element.matches("button")) element.title = word(element.dataset.wordLabel);
  }
}

export const number = (value) => new Intl.NumberFormat(spoken).format(value);

/** Hours and minutes of a Unix time. */
export const clock = (seconds) =>
  new Intl.DateTimeFormat(spoken, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(seconds * 1000);

/** What is written over the messages of the day that holds a Unix time. */
export function day(seconds, now = new Date()) {
  const date = new Date(seconds * 1000);
  const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());
  const ago = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (ago === 0) return word("today");
  if (ago === 1) return word("yesterday");
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(spoken, { day: "numeric", month: "long", ...year }).format(date);
}

/** A size in bytes, as a person reads it. */
export function size(bytes) {
  if (bytes < 1024) return `${number(bytes)} ${word("bytes")}`;
  if (bytes < 1024 ** 2) return `${number(Math.round(bytes / 1024))} ${word("kilobytes")}`;
  return `${number(Math.round((bytes / 1024 ** 2) * 10) / 10)} ${word("megabytes")}`;
}

/** A price of an invoice: Stars, or the smallest units of a currency. */
export function price(amount, currency) {
  if (currency === "XTR") return `${number(amount)} ⭐`;
  const format = new Intl.NumberFormat(spoken, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
