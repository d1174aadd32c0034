"""Encodings of texts that do not say theirs."""

from __future__ import annotations

import pytest

from worker.formats.charset import decode

# Of our own making: two ministers meet, and agree to open embassies again.
TEXTS = {
    "pl": (
        ("cp1250", "iso8859-2"),
        (
            "Ministrowie spraw zagranicznych obu państw spotkali się w stolicy, aby "
            "rozmawiać o granicy. Zgodzili się ponownie otworzyć ambasady, które były "
            "zamknięte przez trzy lata. Gospodarz powiedział, że strony chcą zacząć od "
            "nowa; gość zaprosił go do złożenia wizyty w maju. „Źle się dzieje” – rzekł."
        ),
    ),
    "cs": (
        ("cp1250", "iso8859-2"),
        (
            "Ministři zahraničí obou zemí se v pondělí setkali v hlavním městě, aby "
            "jednali o hranici. Dohodli se, že znovu otevřou velvyslanectví, která byla "
            "tři roky zavřená. Hostitel řekl, že obrátili stránku."
        ),
    ),
    "sk": (
        ("cp1250", "iso8859-2"),
        (
            "Ministri zahraničných vecí oboch krajín sa v pondelok stretli v hlavnom "
            "meste, aby rokovali o hranici. Dohodli sa, že znovu otvoria veľvyslanectvá, "
            "ktoré boli tri roky zatvorené. Ľudia čakali, že sa vôľa nájde."
        ),
    ),
    "hu": (
        ("cp1250", "iso8859-2"),
        (
            "A két ország külügyminiszterei hétfőn a fővárosban találkoztak, hogy a "
            "határról tárgyaljanak. Megállapodtak, hogy újra megnyitják a három éve bezárt "
            "nagykövetségeket. A vendéglátó szerint ez új kezdet, és nagyon örült a közös "
            "munkának."
        ),
    ),
    "ro": (
        ("cp1250", "iso8859-2"),
        (
            "Miniştrii de externe ai celor două ţări s-au întâlnit luni în capitală pentru "
            "a discuta despre frontieră. Ei au convenit să redeschidă ambasadele închise "
            "de trei ani, după care au ieşit în faţa presei."
        ),
    ),
    "hr": (
        ("cp1250", "iso8859-2"),
        (
            "Ministri vanjskih poslova dviju zemalja sastali su se u glavnom gradu kako bi "
            "razgovarali o granici. Složili su se da će ponovno otvoriti veleposlanstva, "
            "što je domaćin nazvao početkom. Također će se sresti u svibnju."
        ),
    ),
    "sl": (
        ("cp1250",),
        (
            "Zunanja ministra obeh držav sta se v ponedeljek srečala v prestolnici in "
            "govorila o meji. Dogovorila sta se, da bosta znova odprla veleposlaništvi, ki "
            "sta bili tri leta zaprti."
        ),
    ),
    "tr": (
        ("cp1254",),
        (
            "İki ülkenin dışişleri bakanları pazartesi günü başkentte sınır konusunu "
            "görüşmek üzere bir araya geldi. Üç yıldır kapalı olan büyükelçilikleri "
            "yeniden açmayı kararlaştırdılar. Çok olumlu geçtiğini söyledi."
        ),
    ),
    "lt": (
        ("cp1257",),
        (
            "Abiejų šalių užsienio reikalų ministrai pirmadienį susitiko sostinėje aptarti "
            "sienos klausimų. Jie sutarė vėl atidaryti ambasadas, kurios buvo uždarytos "
            "trejus metus, ir pažadėjo tęsti derybas."
        ),
    ),
    "lv": (
        ("cp1257",),
        (
            "Abu valstu ārlietu ministri pirmdien tikās galvaspilsētā, lai runātu par "
            "robežu. Viņi vienojās atkal atvērt vēstniecības, kas bija slēgtas trīs gadus."
        ),
    ),
    "fr": (
        ("cp1252",),
        (
            "Les ministres se sont rencontrés à Genève – « une page est tournée », a dit "
            "l’hôte. Où être reçu, ça reste à négocier. Les sœurs, naïves, ont fêté Noël."
        ),
    ),
    "de": (
        ("cp1252",),
        (
            "Die Außenminister beider Länder trafen sich am Montag in der Hauptstadt, um "
            "über die Grenze zu sprechen. Šefčovič war auch da, könnte man hören, "
            "möglicherweise grüßte er schön die Gäste und führte Gespräche."
        ),
    ),
    "es": (
        ("cp1252",),
        (
            "Los ministros se reunieron el lunes en la capital para hablar de la frontera. "
            "Acordó España reabrir las embajadas; según el anfitrión, será mañana. ¿Qué "
            "dirán? La reunión comenzó así."
        ),
    ),
    "pt": (
        ("cp1252",),
        (
            "Os ministros dos Negócios Estrangeiros reuniram-se na segunda-feira na "
            "capital. Não há razões para não reabrir; a situação é difícil, mas a missão "
            "continuará amanhã às três."
        ),
    ),
    "sv": (
        ("cp1252",),
        (
            "Utrikesministrarna från båda länderna träffades på måndagen i huvudstaden för "
            "att tala om gränsen. De enades om att åter öppna ambassaderna."
        ),
    ),
    "no": (
        ("cp1252",),
        (
            "Utenriksministrene møttes på mandag i hovedstaden for å snakke om grensen. De "
            "ble enige om å gjenåpne ambassadene, som hadde vært stengt i tre år."
        ),
    ),
    "is": (
        ("cp1252",),
        (
            "Utanríkisráðherrar beggja landa hittust á mánudag í höfuðborginni til að ræða "
            "um landamærin. Þeir sömdu um að opna aftur sendiráðin."
        ),
    ),
    "fi": (
        ("cp1252",),
        (
            "Molempien maiden ulkoministerit tapasivat maanantaina pääkaupungissa "
            "keskustellakseen rajasta. Siellä hän päätti myös yhteistyöstä."
        ),
    ),
    "et": (
        ("cp1257", "cp1252"),
        (
            "Mõlema riigi välisministrid kohtusid esmaspäeval pealinnas, et rääkida "
            "piirist. Nad leppisid kokku, et avavad uuesti saatkonnad, mis olid kolm "
            "aastat suletud. Täna öeldi ka, et kõik läheb hästi."
        ),
    ),
    "it": (
        ("cp1252",),
        (
            "I ministri si sono incontrati lunedì nella capitale perché la città è più "
            "vicina. Così sarà, però già domani c’è un’altra novità."
        ),
    ),
    "en": (
        ("cp1252",),
        ("The café in Genève was naïve – “quoted” words, résumé."),
    ),
    "ru": (
        ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"),
        (
            "Министры иностранных дел двух стран встретились в столице в понедельник. Они "
            "договорились открыть посольства, закрытые три года назад."
        ),
    ),
    "uk": (
        ("cp1251", "koi8-u"),
        (
            "Міністри закордонних справ двох країн зустрілися в столиці в понеділок. Вони "
            "домовилися знову відкрити посольства, які були зачинені три роки."
        ),
    ),
    "be": (
        ("cp1251",),
        (
            "Міністры замежных спраў дзвюх краін сустрэліся ў сталіцы ў панядзелак. Яны "
            "дамовіліся зноў адкрыць пасольствы, якія былі зачыненыя тры гады."
        ),
    ),
    "bg": (
        ("cp1251",),
        (
            "Министрите на външните работи на двете страни се срещнаха в столицата в "
            "понеделник. Те се договориха да отворят отново посолствата, които бяха "
            "затворени три години."
        ),
    ),
    "sr": (
        ("cp1251",),
        (
            "Министри спољних послова двеју земаља састали су се у главном граду у "
            "понедељак. Договорили су се да поново отворе амбасаде које су биле затворене "
            "три године."
        ),
    ),
    "el": (
        ("cp1253", "iso8859-7"),
        (
            "Οι υπουργοί Εξωτερικών των δύο χωρών συναντήθηκαν στην πρωτεύουσα για τα "
            "σύνορα. Άνοιξαν ξανά τις πρεσβείες που ήταν κλειστές τρία χρόνια."
        ),
    ),
    "he": (
        ("cp1255", "iso8859-8"),
        (
            "שרי החוץ של שתי המדינות נפגשו בבירה ביום שני כדי לדון בגבול. הם הסכימו לפתוח "
            "מחדש את השגרירויות שהיו סגורות במשך שלוש שנים."
        ),
    ),
    "ar": (
        ("cp1256", "iso8859-6"),
        (
            "التقى وزيرا خارجية البلدين في العاصمة يوم الاثنين لبحث مسألة الحدود. واتفقا "
            "على إعادة فتح السفارتين المغلقتين منذ ثلاث سنوات."
        ),
    ),
    "fa": (
        ("cp1256",),
        (
            "وزيران خارجه دو كشور روز دوشنبه در پايتخت ديدار كردند تا درباره مرز گفتگو "
            "كنند. آنها توافق كردند سفارتخانه هايي را كه سه سال بسته بود دوباره باز كنند."
        ),
    ),
    "th": (
        ("cp874",),
        ("รัฐมนตรีต่างประเทศของทั้งสองประเทศพบกันที่เมืองหลวงเมื่อวันจันทร์เพื่อหารือเรื่องชายแดน"),
    ),
    "zh": (
        ("gb18030",),
        (
            "两国外长星期一在首都会晤，讨论边界问题。他们同意重新开放三年前关闭的大使馆，并将在五月再次会面。"
        ),
    ),
    "tw": (
        ("big5",),
        (
            "兩國外長星期一在首都會晤，討論邊界問題。他們同意重新開放三年前關閉的大使館，並將在五月再次會面。"
        ),
    ),
    "ja": (
        ("shift_jis", "euc_jp"),
        ("両国の外相は月曜日に首都で会談し、国境の問題について話し合いました。"),
    ),
    "ko": (
        ("euc_kr",),
        (
            "양국 외무장관은 월요일 수도에서 만나 국경 문제를 논의하고 "
            "삼 년 전에 닫힌 대사관을 다시 열기로 합의했다."
        ),
    ),
}
CASES = [(tongue, encoding) for tongue, (encodings, _) in TEXTS.items() for encoding in encodings]


@pytest.mark.parametrize(("tongue", "encoding"), CASES)
def test_an_encoding_that_nobody_declares_is_told_by_its_letters(
    tongue: str, encoding: str
) -> None:
    data = TEXTS[tongue][1].encode(encoding, "replace")
    page = b"<html><head><title>x</title></head><body><p>" + data + b"</p></body></html>"
    assert data.decode(encoding) in decode(page, "text/html")


def test_a_declaration_counts_before_the_letters() -> None:
    data = TEXTS["pl"][1].encode("cp1250")
    assert decode(data, "text/html; charset=windows-1252") == data.decode("cp1252", "replace")


@pytest.mark.parametrize(
    "word", ["Gen\xe8ve", "caf\xe9", "na\xefve", "Z\xfcrich", "\x93quoted\x94", "5 \xb0C"]
)
def test_a_single_foreign_word_is_western(word: str) -> None:
    data = word.encode("latin-1")
    assert decode(b"<p>" + data + b"</p>") == f"<p>{data.decode('cp1252')}</p>"
